# Prometheus knows no Alertmanager
# fails: alerting.delivered
sed -i '/^alerting:/,/9093/d' /etc/prometheus/prometheus.yml
systemctl reload prometheus
sleep 1
