# The site has a copy of certbot's certificate; certbot renewed its own, and nothing copied it
# fails: https.certificate-reloaded
# may: https.renewal-works
# certificate: renewed
install -d -m 0700 /etc/nginx/tls
cp -L /etc/letsencrypt/archive/$LAB_NAME/fullchain0.pem /etc/nginx/tls/flower.pem
install -m 0600 /etc/letsencrypt/archive/$LAB_NAME/privkey0.pem /etc/nginx/tls/flower.key
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/nginx/tls/flower.pem;|; s|ssl_certificate_key .*|ssl_certificate_key /etc/nginx/tls/flower.key;|" $SITE
reload_nginx
