# The host where HTTPS ends limits nothing: read from its own configuration
# fails: proxy.rate-limit
# edge: edge
true
# on the edge
sed -i '/limit_req zone/d; /limit_req_status/d' $SITE
reload_nginx
