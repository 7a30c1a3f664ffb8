# Prometheus asks a path that Flower does not have
# fails: monitoring.target-up
# may: monitoring.metrics-served monitoring.metrics-valid monitoring.workers-agree alerting.rules-alive
sed -i 's|  - job_name: flower|&\n    metrics_path: /flower/metrics|' /etc/prometheus/prometheus.yml
reload_prometheus
