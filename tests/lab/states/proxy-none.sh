# There is no proxy: people open the port of Flower itself
# fails: proxy.present
# may: connection.url https.served proxy.site-enabled proxy.reaches-flower proxy.valid proxy.running-matches-files proxy.forwarded-headers
# may: proxy.websocket proxy.host-header proxy.timeouts proxy.prefix-consistent proxy.rate-limit proxy.unknown-host proxy.access-control
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.no-cors-wildcard auth.cross-site-refused auth.websocket-requires-login
# may: auth.version-not-vulnerable workers.visible workers.broker-seen-by-flower monitoring.metrics-not-public monitoring.workers-agree
# may: https.trusted https.host-matches https.chain-complete https.not-expired https.expires-later https.strong-key
# may: https.strong-signature https.modern-protocols https.forward-secrecy https.http-redirects https.hsts
# may: https.certificate-reloaded https.headers https.no-version-leak config.debug-off auth.oauth-redirect-uri auth.oauth-login-redirects
# may: network.flower-loopback network.private-ports-closed https.renewal-works https.renewal-scheduled proxy.unknown-host https.hsts
# options: --flower-url=http://HOST:5555/
systemctl disable -q --now nginx
rm /etc/nginx/sites-*/flower
option address '"0.0.0.0"'
sed -i 's/22, 80, 443/22, 80, 443, 5555/' /etc/nftables.conf
systemctl restart nftables
restart_flower
