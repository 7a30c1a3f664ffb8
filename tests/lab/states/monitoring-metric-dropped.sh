# Prometheus scrapes Flower alone, and drops the metric that tells which workers are online
# fails: monitoring.workers-agree
# may: alerting.rules-alive alerting.survives-absence
sed -i "/job_name: celery/,/9808/d" /etc/prometheus/prometheus.yml
sed -i "s|  - job_name: flower|&\n    metric_relabel_configs:\n      - {source_labels: [__name__], regex: flower_worker_online, action: drop}|" /etc/prometheus/prometheus.yml
reload_prometheus
sleep 6
