# The broker is on another host, and is reached without TLS
# edge: flower
# fails: broker.tls-when-remote
sed -i "s/127.0.0.1:6379/$LAB_EDGE_ADDRESS:6379/" $ENVIRONMENT /etc/celery/celery.env
systemctl disable -q --now redis-server
systemctl restart --no-block flower celery celery-exporter
# on the edge
sed -i "s/^bind .*/bind $LAB_EDGE_ADDRESS/" /etc/redis/redis.conf
sed -i "s/ct state invalid drop/&\n        ip saddr $LAB_FLOWER_ADDRESS tcp dport 6379 accept/" /etc/nftables.conf
systemctl restart nftables
systemctl enable -q --now redis-server
await "curl -sf http://$LAB_FLOWER_ADDRESS:5555/metrics | grep -q '^flower_worker_online.* 1'"
