# OAuth with the callback path of another program
# fails: auth.oauth-redirect-uri
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree workers.events auth.oauth-login-redirects
# account: none
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
cat >> $ENVIRONMENT <<C
FLOWER_OAUTH2_KEY=840921743310-5k2hq7v9tz3m.apps.googleusercontent.com
FLOWER_OAUTH2_SECRET=GOCSPX-t8Vq2LmZr5Wc9KxY4nHd
FLOWER_OAUTH2_REDIRECT_URI=https://$LAB_NAME/oauth2/callback
FLOWER_COOKIE_SECRET=pR7wXz2Kv9LqTm4sYc8Nd3Fh6Jb1Ge5A
C
option auth_provider '"flower.views.auth.GoogleAuth2LoginHandler"'
option auth '"ana@flower.test|ben@flower.test"'
systemctl restart flower
await 'curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck'
sleep 7
