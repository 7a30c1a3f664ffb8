# Caddy gets its certificate by itself (the stock build limits no rates)
# packages: caddy pebble
# policy: rate_limit=optional
# options: --flower-ca=ROOT/etc/acme-root.pem
caddy_instead
acme_server
rm -r /etc/letsencrypt/renewal/* /etc/letsencrypt/live/* /etc/caddy/tls
systemctl disable -q --now certbot.timer
sed -i "s#auto_https disable_certs#acme_ca $ACME\n    acme_ca_root /etc/pebble/cert.pem\n    email ops@flower.test#
    /tls \/etc\/caddy/d" $CADDYFILE
systemctl restart caddy
await "curl -s -o /dev/null --cacert /etc/acme-root.pem --resolve $LAB_NAME:443:127.0.0.1 https://$LAB_NAME/"
