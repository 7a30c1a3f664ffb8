# The key of the rate limit's zone was changed: nginx -t likes it, and the running nginx refused to load it
# fails: proxy.running-matches-files
sleep 3
sed -i 's/^limit_req_zone \$binary_remote_addr/limit_req_zone $http_x_forwarded_for$remote_addr/' $SITE
reload_nginx
