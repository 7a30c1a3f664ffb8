# The proxy hands Flower's own Server header through: Tornado and its version
# fails: https.no-version-leak
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_pass_header Server;|' $SITE
reload_nginx
