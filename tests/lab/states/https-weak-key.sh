# An RSA key of 1024 bits
# fails: https.strong-key
# may: https.trusted
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# certificate: rsa-1024
sed -i 's/ssl_ciphers .*/ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0;/' $SITE
reload_nginx
