# The proxy takes away the headers by which Flower tells a request of another site
# fails: auth.cross-site-refused
# options: --flower-active
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_set_header Sec-Fetch-Site "";\n        proxy_set_header Origin "";|' $SITE
reload_nginx
