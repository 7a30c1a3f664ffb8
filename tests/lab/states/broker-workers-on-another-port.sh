# The workers were moved to a Redis of their own on another port
# fails: broker.same-as-workers workers.visible
# may: workers.events workers.broker-seen-by-flower monitoring.workers-agree alerting.rules-alive alerting.survives-absence
systemd-run -q --unit=redis-shop --uid=redis --gid=redis redis-server --bind 127.0.0.1 --port 6380 --requirepass $BROKER_PASSWORD
sed -i 's|127.0.0.1:6379|localhost:6380|' /etc/celery/celery.env
await "redis-cli -p 6380 -a $BROKER_PASSWORD --no-auth-warning ping"
systemctl restart celery celery-exporter
sleep 3
