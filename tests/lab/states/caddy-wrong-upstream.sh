# Caddy sends to a port on which nobody listens
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.reaches-flower
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.no-cors-wildcard auth.cross-site-refused auth.websocket-requires-login
# may: auth.version-not-vulnerable workers.visible workers.broker-seen-by-flower monitoring.workers-agree proxy.site-enabled
# may: proxy.present proxy.forwarded-headers proxy.websocket proxy.host-header proxy.timeouts proxy.prefix-consistent proxy.rate-limit
# may: proxy.access-control proxy.unknown-host config.debug-off auth.oauth-redirect-uri auth.oauth-login-redirects https.no-version-leak
# may: network.flower-loopback
# may: https.hsts https.headers
caddy_instead
sed -i 's/127.0.0.1:5555/127.0.0.1:5556/' $CADDYFILE
reload_caddy
