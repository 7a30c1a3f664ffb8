# A self-signed certificate
# fails: https.trusted
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.chain-complete https.renewal-works https.renewal-scheduled
cd /etc/ssl/private
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$LAB_NAME" -addext "subjectAltName=DNS:$LAB_NAME" \
    -keyout flower.key -out flower.crt 2> /dev/null
chmod 600 flower.key
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/ssl/private/flower.crt;|; s|ssl_certificate_key .*|ssl_certificate_key /etc/ssl/private/flower.key;|" $SITE
reload_nginx
