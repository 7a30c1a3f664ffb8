# Nothing ever listened where the alerts are sent, and Prometheus does not scrape Alertmanager
# fails: alerting.delivered
sed -i '/job_name: alertmanager/,$d' /etc/prometheus/prometheus.yml
sed -i 's/127.0.0.1:8025/127.0.0.1:8026/' /etc/prometheus/alertmanager.yml
systemctl restart prometheus-alertmanager
systemctl restart prometheus
flower_answers
await "curl -s http://127.0.0.1:9093/metrics | grep -q '^alertmanager_notification_requests_failed_total.*webhook.* [1-9]'"
