# The site names another certificate since today, and nginx was not reloaded
# fails: https.certificate-reloaded proxy.running-matches-files
# may: https.renewal-works https.renewal-scheduled
sleep 1
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$LAB_NAME" -addext "subjectAltName=DNS:$LAB_NAME" \
    -keyout /etc/ssl/private/flower.key -out /etc/ssl/private/flower.crt 2> /dev/null
chmod 600 /etc/ssl/private/flower.key
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/ssl/private/flower.crt;|; s|ssl_certificate_key .*|ssl_certificate_key /etc/ssl/private/flower.key;|" $SITE
