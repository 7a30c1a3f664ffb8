# TLS 1.0 was taken out of the site, and nginx was not reloaded
# fails: https.modern-protocols proxy.running-matches-files
# may: https.forward-secrecy
cp $SITE /root/site
sed -i 's/ssl_protocols .*/ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; s/ssl_ciphers .*/ssl_ciphers "ALL:@SECLEVEL=0";/' $SITE
reload_nginx
sleep 3
cat /root/site > $SITE
