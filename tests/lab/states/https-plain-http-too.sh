# Port 80 shows Flower instead of redirecting
# fails: https.http-redirects
# may: auth.not-bypassed https.hsts https.headers auth.cookie-flags monitoring.metrics-not-public proxy.rate-limit proxy.timeouts
# may: proxy.forwarded-headers proxy.host-header proxy.websocket
sed -i 's|    return 301 https://$host$request_uri;|    location / { proxy_pass http://127.0.0.1:5555; }|' $SITE
reload_nginx
