# Caddy serves Flower under every name: the site is a port
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.unknown-host
# may: auth.not-bypassed https.http-redirects https.certificate-reloaded https.renewal-works
caddy_instead
sed -i "s|^https://$LAB_NAME {|:443 {|" $CADDYFILE
sed -i "s|    auto_https disable_certs|&\n    default_sni $LAB_NAME|" $CADDYFILE
reload_caddy
