# Caddy instead of nginx (the stock build limits no rates)
# packages: caddy
# policy: rate_limit=optional
caddy_instead
