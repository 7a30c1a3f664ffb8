# The proxy sends the name of its upstream block as Host
# fails: proxy.host-header
# may: proxy.forwarded-headers auth.cross-site-refused
sed -i 's/proxy_set_header Host .*/proxy_set_header Host $proxy_host;/; s|http://127.0.0.1:5555;|http://flower_backend;|' $SITE
sed -i '1i upstream flower_backend { server 127.0.0.1:5555; keepalive 4; }' $SITE
reload_nginx
