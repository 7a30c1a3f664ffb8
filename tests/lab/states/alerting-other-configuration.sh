# Prometheus is started with another configuration than the one the team edits
# fails: alerting.rules-loaded
# may: alerting.rules-alive alerting.survives-absence alerting.rules-meaningful alerting.rules-current alerting.delivered
sed '/^rule_files/,/^$/d' /etc/prometheus/prometheus.yml > /etc/prometheus/prometheus-old.yml
sed -i 's|^ARGS="|&--config.file=/etc/prometheus/prometheus-old.yml |' /etc/default/prometheus
systemctl restart prometheus
await "[ \$(curl -sf http://127.0.0.1:9090/api/v1/targets | grep -o '\"health\":\"up\"' | wc -l) -ge 4 ]"
sleep 6
