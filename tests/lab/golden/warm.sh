# Runs as root on the first boot: let the host live a little, so that a copy of it looks like one that always ran.
await() { timeout 60 bash -c "until $1; do sleep 0.3; done" || { echo "in vain: $1"; exit 1; }; }
await "curl -sf -o /dev/null http://127.0.0.1:5555/healthcheck"
export $(cat /etc/celery/celery.env)
cd /opt/shop
call() { PYTHONDONTWRITEBYTECODE=1 /opt/flower/venv/bin/celery -A shop call "$@" >/dev/null; }
for n in 1 2 3 4 5 6; do call shop.price --args="[$n, 7]"; done
call shop.charge --args='["expired card"]'
await "curl -sf http://127.0.0.1:5555/metrics | grep -q task-failed"
await "curl -sf http://127.0.0.1:9808/metrics | grep -q ^celery_queue_length"
await "curl -sf http://127.0.0.1:9093/metrics | grep -q '^alertmanager_notifications_total.*webhook.* [1-9]'"
sleep 20 # some scrapes and rounds of the rules

systemctl restart flower # a clean stop saves the database
systemctl start logrotate.service certbot.service
for n in 1 2 3; do systemctl start flower-backup.service; sleep 1; done
