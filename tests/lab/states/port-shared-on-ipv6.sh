# Another program has the same port on the IPv6 loopback, and the proxy asks localhost: now this one answers, now that
# fails: network.port-owner
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.no-cors-wildcard auth.cross-site-refused auth.websocket-requires-login
# may: auth.version-not-vulnerable workers.visible workers.broker-seen-by-flower monitoring.workers-agree proxy.site-enabled
# may: proxy.present proxy.forwarded-headers proxy.websocket proxy.host-header proxy.timeouts proxy.prefix-consistent proxy.rate-limit
# may: proxy.access-control proxy.unknown-host config.debug-off auth.oauth-redirect-uri auth.oauth-login-redirects https.no-version-leak
# may: network.flower-loopback
# may: proxy.reaches-flower config.debug-off https.headers https.hsts auth.no-roles-assumed
mkdir -p /srv/www
systemd-run -q --unit=intranet --working-directory=/srv/www python3 -m http.server --bind ::1 5555
sed -i 's|http://127.0.0.1:5555;|http://localhost:5555;|' $SITE
reload_nginx
await 'curl -s -o /dev/null http://[::1]:5555/'
