# A rule was changed, and Prometheus was not reloaded
# fails: alerting.rules-current
sleep 1
sed -i 's/> 1000/> 500/' /etc/prometheus/rules/celery.yml
