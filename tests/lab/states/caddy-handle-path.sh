# handle_path takes the prefix away that Flower was told of: every page is 404
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.prefix-consistent
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags workers.visible workers.broker-seen-by-flower monitoring.target-up
# may: monitoring.workers-agree monitoring.metrics-served monitoring.metrics-valid proxy.reaches-flower auth.cross-site-refused
# may: auth.version-not-vulnerable alerting.rules-alive monitoring.metrics-not-public auth.no-cors-wildcard
# options: --flower-url=https://HOST/flower/
caddy_instead
option url_prefix '"/flower"'
restart_flower http://127.0.0.1:5555/flower
sed -i 's/^    handle {$/    handle_path \/flower\/* {/' $CADDYFILE
sed -i '0,/handle_path \/flower\/\*/s//handle/' $CADDYFILE  # that of the redirect stays
reload_caddy
