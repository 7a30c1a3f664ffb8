# An alert about Celery fires, and the people on call are told
sed -i '/CeleryHighFailureRatio/,/severity/s/for: 5m/for: 0s/' /etc/prometheus/rules/celery.yml
reload_prometheus
export $(cat /etc/celery/celery.env) PYTHONDONTWRITEBYTECODE=1
cd /opt/shop
for n in 1 2 3; do /opt/flower/venv/bin/celery -A shop call shop.charge --args='["expired card"]' > /dev/null; done
await "journalctl -u alert-receiver | grep -q 'firing CeleryHighFailureRatio'"
