# Everybody may read the metrics, which name every task and worker
# fails: monitoring.metrics-not-public
sed -i '/location = \/metrics/,/^    }/d' $SITE
reload_nginx
