# ssl_ciphers HIGH:!aNULL:!MD5, as nginx has it by default and many guides copy it: RSA key exchange is among them
# fails: https.forward-secrecy
# certificate: rsa
sed -i 's/ssl_ciphers .*/ssl_ciphers HIGH:!aNULL:!MD5;/' $SITE
reload_nginx
