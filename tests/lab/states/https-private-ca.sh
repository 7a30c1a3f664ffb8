# The certificate of a CA of the house, which this auditor's CA file does not name
# fails: https.trusted
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.chain-complete https.renewal-works https.renewal-scheduled
cd /etc/ssl/private
openssl req -x509 -newkey rsa:2048 -nodes -days 900 -subj "/CN=House Root CA" -addext basicConstraints=critical,CA:TRUE \
    -keyout ca.key -out ca.pem 2> /dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=$LAB_NAME" -keyout flower.key -out flower.csr 2> /dev/null
openssl x509 -req -in flower.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -out flower.crt 2> /dev/null \
    -extfile <(printf 'subjectAltName=DNS:%s\n' $LAB_NAME)
cat ca.pem >> flower.crt
chmod 600 ./*.key
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/ssl/private/flower.crt;|; s|ssl_certificate_key .*|ssl_certificate_key /etc/ssl/private/flower.key;|" $SITE
reload_nginx
