# A zone for the rate limit is defined and used nowhere
# fails: proxy.rate-limit
sed -i '/limit_req zone/d; /limit_req_status/d' $SITE
reload_nginx
