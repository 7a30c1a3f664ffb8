# A rate in tasks a second that is announced as a percentage
# fails: alerting.rules-meaningful
sed -i '/sum(rate(flower_events_total{type="task-failed"}/,/> 0.2/d; s/^        expr: |$/        expr: rate(flower_events_total{type="task-failed"}[5m]) > 0.1/' /etc/prometheus/rules/celery.yml
sed -i 's/summary: More than a fifth.*/summary: More than 10 % of the tasks failed/' /etc/prometheus/rules/celery.yml
promtool check rules /etc/prometheus/rules/celery.yml
reload_prometheus
