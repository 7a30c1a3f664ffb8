# No header against framing
# fails: https.headers
sed -i '/X-Frame-Options/d; /Content-Security-Policy/d' $SITE
reload_nginx
