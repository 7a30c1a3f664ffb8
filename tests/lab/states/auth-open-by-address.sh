# The default server, which answers to the bare address, shows Flower already logged in
# fails: auth.not-bypassed proxy.unknown-host monitoring.metrics-not-public
# may: secrets.files-private https.hsts https.headers proxy.rate-limit proxy.forwarded-headers proxy.host-header
sed -i "s|    ssl_reject_handshake on;|    ssl_certificate /etc/letsencrypt/live/$LAB_NAME/fullchain.pem;\n    ssl_certificate_key /etc/letsencrypt/live/$LAB_NAME/privkey.pem;\n    location / { proxy_pass http://127.0.0.1:5555; proxy_set_header Authorization \"Basic $(printf ops:hV7nQz3KpW9tXe5RmB2d | base64)\"; }|" $SITE
reload_nginx
