# Prometheus asks a port where nobody listens
# fails: monitoring.target-up
# may: monitoring.workers-agree alerting.rules-alive monitoring.metrics-served monitoring.metrics-valid
sed -i 's/127.0.0.1:5555/127.0.0.1:5556/' /etc/prometheus/prometheus.yml
reload_prometheus
await "curl -s 'http://127.0.0.1:9090/api/v1/targets' | grep -q 'connection refused'"
