# Flower has no url_prefix, and the proxy hands the prefix on to it: every page is 404
# fails: proxy.prefix-consistent
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags workers.visible workers.broker-seen-by-flower monitoring.target-up
# may: monitoring.workers-agree monitoring.metrics-served monitoring.metrics-valid proxy.reaches-flower auth.cross-site-refused
# may: auth.version-not-vulnerable alerting.rules-alive monitoring.metrics-not-public auth.no-cors-wildcard
# options: --flower-url=https://HOST/flower/
sed -i 's|location / {|location /flower/ {|' $SITE
reload_nginx
