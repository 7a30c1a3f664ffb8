# The worker was killed, and nothing restarts it
# fails: workers.visible
# may: workers.events monitoring.workers-agree broker.same-as-workers workers.broker-seen-by-flower logging.quiet
mkdir -p /etc/systemd/system/celery.service.d
printf '[Service]\nRestart=no\n' > /etc/systemd/system/celery.service.d/override.conf
systemctl daemon-reload
systemctl kill --signal=KILL celery
sleep 8
