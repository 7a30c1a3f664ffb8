# No job scrapes Flower
# fails: monitoring.target-up
# may: monitoring.workers-agree alerting.rules-alive monitoring.interval monitoring.metrics-served
sed -i '/job_name: flower/,/5555/d' /etc/prometheus/prometheus.yml
systemctl reload prometheus
sleep 2
