# certbot issued and renewed the certificate by its nginx plugin, which reloads nginx by itself
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
acme_server
certbot certonly -q --non-interactive --agree-tos -m ops@flower.test --server $ACME -d $LAB_NAME --cert-name $LAB_NAME \
    --nginx --force-renewal
renew
sleep 0.3
