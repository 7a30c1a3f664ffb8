# A directive of the Caddyfile is misspelt: Caddy will not start again
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.valid
# may: proxy.running-matches-files
caddy_instead
sed -i 's/reverse_proxy /reverse-proxy /' $CADDYFILE
