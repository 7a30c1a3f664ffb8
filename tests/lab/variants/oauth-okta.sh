# Okta's login instead of passwords
# account: none
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
cat >> $ENVIRONMENT <<C
FLOWER_OAUTH2_KEY=0oa8kq2v7RtXwYz5d7
FLOWER_OAUTH2_SECRET=Qm7Zt2Xv9Lw4Rk8Ys3Nd6Fh1Jb5Gc0Ap
FLOWER_OAUTH2_REDIRECT_URI=https://$LAB_NAME/login
FLOWER_OAUTH2_OKTA_BASE_URL=https://shop.okta.com/oauth2
FLOWER_COOKIE_SECRET=pR7wXz2Kv9LqTm4sYc8Nd3Fh6Jb1Ge5A
C
option auth_provider '"flower.views.auth.OktaLoginHandler"'
option auth '".*@flower.test"'
systemctl restart flower
await 'curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck'
sleep 7
