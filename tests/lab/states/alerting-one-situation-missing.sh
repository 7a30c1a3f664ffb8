# No rule says that there are no workers
# fails: alerting.rules-loaded
# may: alerting.survives-absence alerting.rules-current
sed -i '/alert: CeleryNoWorkers/,/No Celery worker/d' /etc/prometheus/rules/celery.yml
reload_prometheus
