# RSA key exchange is accepted
# fails: https.forward-secrecy
# certificate: rsa
sed -i 's/ssl_ciphers .*/ssl_ciphers AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;/' $SITE
reload_nginx
