# The certificate is served without the intermediate
# fails: https.chain-complete
# may: https.trusted
sed -i 's|/fullchain.pem|/cert.pem|' $SITE
reload_nginx
