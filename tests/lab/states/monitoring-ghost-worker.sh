# A second worker was killed, and without purge_offline_workers its metric says online for ever
# fails: monitoring.workers-agree retention.offline-workers
# may: alerting.survives-absence workers.events
without_option purge_offline_workers
systemd-run -q --unit=second --uid=celery --gid=celery --working-directory=/opt/shop -p EnvironmentFile=/etc/celery/celery.env \
    /opt/flower/venv/bin/celery -A shop worker -n celery@second -E --concurrency=1
restart_flower
await 'curl -sf http://127.0.0.1:5555/metrics | grep -q "flower_worker_online.*celery@second.* 1"'
systemctl kill --signal=KILL second
sleep 14
