# The proxy echoes whatever Origin asks, with credentials: worse than a star
# fails: auth.no-cors-wildcard
sed -i 's|    add_header Strict.*|&\n    add_header Access-Control-Allow-Origin $http_origin always;\n    add_header Access-Control-Allow-Credentials true always;|' $SITE
reload_nginx
