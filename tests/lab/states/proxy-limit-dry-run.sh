# The rate limit only logs
# fails: proxy.rate-limit
sed -i 's/limit_req_status 429;/&\n        limit_req_dry_run on;/' $SITE
reload_nginx
