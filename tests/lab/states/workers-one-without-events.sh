# A second worker was started without -E, and Flower was told not to ask for events
# fails: workers.events
# may: monitoring.workers-agree
systemd-run -q --unit=celery-mail -p User=celery -p EnvironmentFile=/etc/celery/celery.env -p WorkingDirectory=/opt/shop \
    -E PYTHONDONTWRITEBYTECODE=1 /opt/flower/venv/bin/celery -A shop worker -n mail@shop -Q mail --concurrency=1 --loglevel=ERROR
echo FLOWER_ENABLE_EVENTS=False >> $ENVIRONMENT
restart_flower
await 'curl -s http://127.0.0.1:5555/metrics | grep -q "worker=\"mail@shop\""'
