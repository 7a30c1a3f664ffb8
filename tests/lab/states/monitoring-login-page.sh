# Prometheus asks by way of the proxy, which shows its login page with 200 to whoever is not logged in
# fails: monitoring.metrics-valid monitoring.target-up
# may: monitoring.workers-agree alerting.rules-alive
cat > /etc/nginx/conf.d/sso.conf <<'C'
server {
    listen 127.0.0.1:8081;
    location / { default_type text/html; return 200 '<!doctype html><title>Log in</title><form method="post"></form>\n'; }
}
C
reload_nginx
sed -i 's/127.0.0.1:5555/127.0.0.1:8081/' /etc/prometheus/prometheus.yml
reload_prometheus
await 'curl -s http://127.0.0.1:9090/api/v1/targets | grep -q "\"health\":\"down\""'
