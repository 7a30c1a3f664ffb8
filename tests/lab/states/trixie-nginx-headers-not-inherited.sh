# One add_header in the location, and none of the server block is sent any more; HTTP/2 is a directive of its own
# suite: trixie
# fails: https.hsts https.headers
grep -q 'http2 on;' $SITE
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        add_header X-Served-By nginx;|' $SITE
reload_nginx
