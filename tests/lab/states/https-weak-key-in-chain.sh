# The certificate's own key is strong; that of an intermediate has 1024 bits
# fails: https.strong-key
# may: https.trusted auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# certificate: weak-chain
sed -i 's/ssl_ciphers .*/ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0;/' $SITE
reload_nginx
