# The exporter was started with systemd-run: its unit is gone after a reboot, and nothing restarts it
# fails: monitoring.exporter-managed
systemctl disable -q --now celery-exporter
systemd-run -q --unit=queues --uid=celery --gid=celery -p EnvironmentFile=/etc/celery/celery.env \
    /opt/celery-exporter/celery-exporter --host 127.0.0.1 --port 9808 --queues celery --retry-interval 5
await 'curl -sf http://127.0.0.1:9808/metrics -o /dev/null'
sleep 6
