# The rule for missing workers says nothing when the series is gone
# fails: alerting.survives-absence
sed -i 's/ or absent(flower_worker_online)//' /etc/prometheus/rules/celery.yml
reload_prometheus
