# The site allows TLS 1.2 and later; the default server of the port, which decides for all, allows 1.0
# fails: https.modern-protocols
# may: https.forward-secrecy
sed -i 's/    ssl_reject_handshake on;/&\n    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;/; s/ssl_ciphers .*/ssl_ciphers "ALL:@SECLEVEL=0";/' $SITE
reload_nginx
