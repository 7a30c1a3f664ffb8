# HTTPS ends on another host, at Caddy, which is audited by itself
# packages: caddy
# policy: rate_limit=optional
# edge: edge
systemctl disable -q --now caddy
# on the edge
caddy_instead
sed -i "s/127.0.0.1:5555/$LAB_FLOWER_ADDRESS:5555/" /etc/caddy/Caddyfile
systemctl restart caddy
await "curl -sk -o /dev/null --resolve $LAB_NAME:443:127.0.0.1 https://$LAB_NAME/"
