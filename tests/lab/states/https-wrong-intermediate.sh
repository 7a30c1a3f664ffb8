# Behind the certificate another CA's intermediate is sent: the right number of certificates, and no chain
# fails: https.chain-complete
# may: https.trusted auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.renewal-works https.certificate-reloaded
cd /etc/letsencrypt/live/$LAB_NAME
openssl req -x509 -newkey rsa:2048 -nodes -days 900 -subj "/CN=Other Intermediate CA" -addext basicConstraints=critical,CA:TRUE \
    -keyout /root/other.key -out /root/other.pem 2> /dev/null
cat cert.pem /root/other.pem > /etc/ssl/certs/flower-chain.pem
sed -i "s|ssl_certificate  .*|ssl_certificate /etc/ssl/certs/flower-chain.pem;|" $SITE
reload_nginx
