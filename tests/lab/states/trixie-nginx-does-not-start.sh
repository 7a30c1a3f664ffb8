# nginx was restarted with a file of Debian 12 that this release refuses
# suite: trixie
# fails: proxy.present
# may: connection.url https.served proxy.site-enabled proxy.reaches-flower proxy.valid proxy.running-matches-files proxy.forwarded-headers
# may: proxy.websocket proxy.host-header proxy.timeouts proxy.prefix-consistent proxy.rate-limit proxy.unknown-host proxy.access-control
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.no-cors-wildcard auth.cross-site-refused auth.websocket-requires-login
# may: auth.version-not-vulnerable workers.visible workers.broker-seen-by-flower monitoring.metrics-not-public monitoring.workers-agree
# may: https.trusted https.host-matches https.chain-complete https.not-expired https.expires-later https.strong-key
# may: https.strong-signature https.modern-protocols https.forward-secrecy https.http-redirects https.hsts
# may: https.certificate-reloaded https.headers https.no-version-leak config.debug-off auth.oauth-redirect-uri auth.oauth-login-redirects
echo 'server_tokens off;' > /etc/nginx/conf.d/quiet.conf
systemctl restart nginx || true
