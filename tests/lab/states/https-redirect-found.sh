# Port 80 sends on with 302, which browsers ask again every time
# fails: https.http-redirects
sed -i 's|return 301 https|return 302 https|' $SITE
reload_nginx
