# basicauth in Caddy is bound to the path /, which is that one page and no other
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.access-control
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.cross-site-refused proxy.prefix-consistent config.debug-off
# may: https.headers https.hsts monitoring.workers-agree workers.visible workers.broker-seen-by-flower
caddy_instead
hash=$(caddy hash-password --plaintext 'Yq7LmX2vT9pZ')
sed -i "s|^        reverse_proxy .*|        basicauth / {\n            staff $hash\n        }\n&|" $CADDYFILE
reload_caddy
