# Caddy hands /metrics out to everybody
# packages: caddy
# policy: rate_limit=optional
# fails: monitoring.metrics-not-public
caddy_instead
sed -i '/^    handle \/metrics {/,/^    }/d' $CADDYFILE
reload_caddy
