# No alerting rules
# fails: alerting.rules-loaded
# may: alerting.rules-alive alerting.survives-absence alerting.rules-meaningful alerting.rules-current
rm /etc/prometheus/rules/celery.yml
reload_prometheus
