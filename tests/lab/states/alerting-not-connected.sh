# Prometheus knows no Alertmanager
# fails: alerting.delivered
sed -i '/^alerting:/,/9093/d' /etc/prometheus/prometheus.yml
reload_prometheus
