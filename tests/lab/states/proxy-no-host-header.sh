# Flower sees 127.0.0.1:5555 as its host
# fails: proxy.host-header
# may: proxy.forwarded-headers auth.cross-site-refused
sed -i '/proxy_set_header Host/d' $SITE
reload_nginx
