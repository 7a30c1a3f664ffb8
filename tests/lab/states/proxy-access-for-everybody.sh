# The policy wants Flower for some networks only; a rule before `deny all` lets every address in
# fails: proxy.access-control
# policy: access_control=required
sed -i 's|^    location / {|&\n        allow 10.0.0.0/8;\n        allow 0.0.0.0/0;  # until the VPN works again\n        deny all;|' $SITE
reload_nginx
