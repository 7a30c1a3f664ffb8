# The policy wants Flower for some networks only; the matcher in Caddy names all of them
# packages: caddy
# policy: rate_limit=optional access_control=required
# fails: proxy.access-control
caddy_instead
sed -i 's/^    handle {$/    @staff remote_ip 10.0.0.0\/8 0.0.0.0\/0\n    handle @staff {/' $CADDYFILE
sed -i '0,/@staff remote_ip/{/@staff remote_ip/d}; 0,/handle @staff/s//handle/' $CADDYFILE
reload_caddy
