# The proxy lets every site read the answers
# fails: auth.no-cors-wildcard
sed -i 's|    add_header Strict.*|&\n    add_header Access-Control-Allow-Origin * always;|' $SITE
reload_nginx
