# An older file in sites-enabled has the same server_name and comes first in the alphabet
# fails: proxy.site-enabled
# may: connection.url https.served proxy.present proxy.reaches-flower proxy.running-matches-files proxy.forwarded-headers
# may: proxy.websocket proxy.host-header proxy.timeouts proxy.prefix-consistent proxy.rate-limit proxy.unknown-host proxy.access-control
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.no-cors-wildcard auth.cross-site-refused auth.websocket-requires-login
# may: auth.version-not-vulnerable workers.visible workers.broker-seen-by-flower monitoring.metrics-not-public monitoring.workers-agree
# may: https.trusted https.host-matches https.chain-complete https.not-expired https.expires-later https.strong-key
# may: https.strong-signature https.modern-protocols https.forward-secrecy https.http-redirects https.hsts
# may: https.certificate-reloaded https.headers https.no-version-leak https.key-private https.renewal-works config.debug-off
# may: auth.oauth-redirect-uri auth.oauth-login-redirects network.flower-loopback
cat > /etc/nginx/sites-enabled/00-maintenance <<C
server {
    listen 80;
    listen [::]:80;
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name $LAB_NAME;
    ssl_certificate     /etc/letsencrypt/live/$LAB_NAME/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/$LAB_NAME/privkey.pem;
    location / {
        return 503 "We are working on it\n";
    }
}
C
systemctl restart nginx
