# Certificate and key lie in one file, which everybody may read as a certificate
# fails: https.key-private
# may: https.renewal-works https.renewal-scheduled
cat /etc/letsencrypt/live/$LAB_NAME/fullchain.pem /etc/letsencrypt/live/$LAB_NAME/privkey.pem > /etc/ssl/certs/flower.pem
chmod 644 /etc/ssl/certs/flower.pem
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/ssl/certs/flower.pem;|; s|ssl_certificate_key .*|ssl_certificate_key /etc/ssl/certs/flower.pem;|" $SITE
reload_nginx
