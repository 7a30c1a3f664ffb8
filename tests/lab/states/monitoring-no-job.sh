# No job scrapes Flower or its exporter
# fails: monitoring.target-up
# may: alerting.survives-absence monitoring.metrics-valid monitoring.workers-agree alerting.rules-alive monitoring.interval monitoring.metrics-served
sed -i '/job_name: flower/,/9808/d' /etc/prometheus/prometheus.yml
reload_prometheus
sleep 7  # Prometheus takes up new targets every 5 s
