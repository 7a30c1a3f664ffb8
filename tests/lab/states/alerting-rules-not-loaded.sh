# The rule file lies where Prometheus does not look
# fails: alerting.rules-loaded
# may: alerting.rules-alive alerting.survives-absence alerting.rules-meaningful alerting.rules-current
mv /etc/prometheus/rules/celery.yml /etc/prometheus/alerts.yml
reload_prometheus
