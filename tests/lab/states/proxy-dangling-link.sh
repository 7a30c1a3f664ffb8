# The link in sites-enabled points to a file that was renamed
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
# may: proxy.valid
mv $SITE /etc/nginx/sites-available/flower.conf
systemctl restart nginx || true
