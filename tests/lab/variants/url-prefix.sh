# Flower under /flower/ of a host that serves other things too
# options: --flower-url=https://HOST/flower/
option url_prefix '"/flower"'
sed -i 's|location / {|location /flower/ {|; s|location = /metrics|location = /flower/metrics|' $SITE
sed -i "s|    job_name: flower|&|; s|  - job_name: flower|  - job_name: flower\n    metrics_path: /flower/metrics|" /etc/prometheus/prometheus.yml
restart_flower http://127.0.0.1:5555/flower
reload_nginx
reload_prometheus
