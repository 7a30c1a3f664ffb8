# The company's old CA still signs with SHA-1
# fails: https.strong-signature
# may: https.trusted auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# certificate: sha1
sed -i 's/ssl_ciphers .*/ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0;/' $SITE
reload_nginx
