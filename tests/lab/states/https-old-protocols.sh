# TLS 1.0 and 1.1 are accepted
# fails: https.modern-protocols
# may: https.forward-secrecy
sed -i 's/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; s/ssl_ciphers .*/ssl_ciphers "ALL:@SECLEVEL=0";/' $SITE
reload_nginx
