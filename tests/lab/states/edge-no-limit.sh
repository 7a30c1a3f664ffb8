# The host where HTTPS ends limits nothing: asked by a burst, for the audit is at Flower's host
# fails: proxy.rate-limit
# edge: flower
# options: --flower-active
true
# on the edge
sed -i '/limit_req/d' $SITE
reload_nginx
