# The other host, where HTTPS ends, hands on requests for the metrics like any other
# fails: monitoring.metrics-not-public
# edge: flower
true
# on the edge
sed -i '/location = \/metrics/,/^    }/d' $SITE
reload_nginx
