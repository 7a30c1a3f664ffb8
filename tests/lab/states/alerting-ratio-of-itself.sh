# A ratio whose two halves are the same: it is 1 whatever happens
# fails: alerting.rules-meaningful
# may: alerting.rules-loaded
sed -i 's/type=~"task-(failed|succeeded)"/type="task-failed"/' /etc/prometheus/rules/celery.yml
reload_prometheus
