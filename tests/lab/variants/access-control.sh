# The policy wants Flower for some networks only, and the proxy knows which
# policy: access_control=required
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        allow 10.213.77.0/24;\n        allow 127.0.0.1;\n        deny all;|' $SITE
reload_nginx
