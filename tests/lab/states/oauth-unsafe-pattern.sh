# OAuth on Flower 1.1, which matches the beginning of an address only (CVE-2022-30034)
# fails: auth.oauth-pattern-safe auth.version-not-vulnerable
# may: install.flower-current auth.api-usable auth.no-cors-wildcard workers.visible workers.broker-seen-by-flower workers.events
# may: monitoring.workers-agree auth.cross-site-refused retention.offline-workers alerting.survives-absence persistence.readable
# may: config.options-known auth.oauth-redirect-uri auth.oauth-login-redirects auth.cookie-flags https.hsts auth.api-requires-login
# flower: 1.1.0
# account: none
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
cat >> $ENVIRONMENT <<C
FLOWER_OAUTH2_KEY=840921743310-5k2hq7v9tz3m.apps.googleusercontent.com
FLOWER_OAUTH2_SECRET=GOCSPX-t8Vq2LmZr5Wc9KxY4nHd
FLOWER_OAUTH2_REDIRECT_URI=https://$LAB_NAME/login
FLOWER_COOKIE_SECRET=pR7wXz2Kv9LqTm4sYc8Nd3Fh6Jb1Ge5A
C
option auth 'r".*@flower\.test"'
systemctl restart flower
await 'curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck'
sleep 7
