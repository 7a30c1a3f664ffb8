# The exporter was started with & in somebody's shell
# fails: monitoring.exporter-managed
systemctl disable -q --now celery-exporter
set -a; . /etc/celery/celery.env; set +a
cd /
by_hand /opt/celery-exporter/celery-exporter --host 127.0.0.1 --port 9808 --queues celery --retry-interval 5
await 'curl -sf http://127.0.0.1:9808/metrics -o /dev/null'
