# Somebody sent a task named by a file name in Latin-1: Flower's metrics are 500 until its restart
# fails: monitoring.metrics-served monitoring.target-up
# may: monitoring.metrics-valid monitoring.workers-agree alerting.rules-alive logging.quiet
set -a; . /etc/celery/celery.env; set +a
runuser -u celery -- env PYTHONPATH=/opt/shop PYTHONDONTWRITEBYTECODE=1 \
    /opt/flower/venv/bin/celery -A shop call $'import.caf\xe9.csv' > /dev/null
await '[ "$(curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:5555/metrics)" = 500 ]'
await 'curl -s http://127.0.0.1:9090/api/v1/targets | grep -q "\"health\":\"down\""'
