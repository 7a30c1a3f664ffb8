# An RSA key of 1024 bits
# fails: https.strong-key
# certificate: rsa-1024
sed -i 's/ssl_ciphers .*/ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;/' $SITE
reload_nginx
