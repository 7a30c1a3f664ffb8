# One add_header in the location, and none of the server block is sent any more
# fails: https.hsts https.headers
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        add_header X-Served-By nginx;|' $SITE
reload_nginx
