# The Caddyfile was changed, and Caddy runs on with the old one
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.running-matches-files
caddy_instead
sleep 3
sed -i 's/Referrer-Policy same-origin/Referrer-Policy no-referrer/' $CADDYFILE
