# Prometheus answers the world
# fails: network.private-ports-closed
# may: monitoring.target-up monitoring.workers-agree alerting.delivered
sed -i 's/127.0.0.1:9090/0.0.0.0:9090/' /etc/default/prometheus
sed -i 's/22, 80, 443/22, 80, 443, 9090/' /etc/nftables.conf
systemctl restart prometheus nftables
await "curl -sf 'http://127.0.0.1:9090/api/v1/query?query=up' | grep -q flower"
sleep 6
