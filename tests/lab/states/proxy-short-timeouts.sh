# The proxy gives up after five seconds
# fails: proxy.timeouts
sed -i 's/_timeout 60s/_timeout 5s/' $SITE
reload_nginx
