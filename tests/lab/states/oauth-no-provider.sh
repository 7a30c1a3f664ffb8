# OAuth without auth_provider, as the guide has it: the login page is 404
# fails: auth.oauth-complete auth.oauth-login-redirects
# may: auth.oauth-redirect-uri workers.visible workers.broker-seen-by-flower monitoring.workers-agree
# may: workers.events auth.cookie-flags
# account: none
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
cat >> $ENVIRONMENT <<C
FLOWER_OAUTH2_KEY=840921743310-5k2hq7v9tz3m.apps.googleusercontent.com
FLOWER_OAUTH2_SECRET=your_google_client_secret_here
FLOWER_OAUTH2_REDIRECT_URI=https://$LAB_NAME/login
FLOWER_COOKIE_SECRET=pR7wXz2Kv9LqTm4sYc8Nd3Fh6Jb1Ge5A
C
option auth '"ana@flower.test|ben@flower.test"'
systemctl restart flower
await 'curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck'
sleep 7
