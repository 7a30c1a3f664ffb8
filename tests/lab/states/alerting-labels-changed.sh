# An alert was made critical and faster in the file, and Prometheus was not reloaded
# fails: alerting.rules-current
sed -i '/alert: CeleryHighQueueDepth/,/annotations/{s/for: 10m/for: 1m/;s/severity: warning/severity: critical/}' /etc/prometheus/rules/celery.yml
