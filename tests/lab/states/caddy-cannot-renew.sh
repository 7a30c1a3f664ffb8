# Caddy's certificate is near its end, and the ACME server that should renew it is not reached
# packages: caddy pebble
# policy: rate_limit=optional
# certificate: expiring
# fails: https.renewal-works https.expires-later
caddy_instead
store=/var/lib/caddy/.local/share/caddy/certificates/acme.flower.test-14000-dir/$LAB_NAME
install -d -o caddy -g caddy -m 700 $store
install -o caddy -m 600 /etc/caddy/tls/fullchain.pem $store/$LAB_NAME.crt
install -o caddy -m 600 /etc/caddy/tls/privkey.pem $store/$LAB_NAME.key
echo "{\"sans\": [\"$LAB_NAME\"], \"issuer_data\": {\"url\": \"https://acme.flower.test:14000/certZ/1\"}}" > $store/$LAB_NAME.json
chown -R caddy: /var/lib/caddy/.local
rm -r /etc/letsencrypt/renewal/* /etc/letsencrypt/live/* /etc/caddy/tls
systemctl disable -q --now certbot.timer
echo '127.0.0.1 acme.flower.test' >> /etc/hosts
sed -i "s#auto_https disable_certs#acme_ca $ACME\n    email ops@flower.test#
    /tls \/etc\/caddy/d" $CADDYFILE
systemctl restart caddy
await "journalctl _COMM=caddy | grep -q '\"level\":\"error\",.*\"logger\":\"tls.renew\"'"
