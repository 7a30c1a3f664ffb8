# The worker was stopped
# fails: workers.visible
# may: workers.events monitoring.workers-agree broker.same-as-workers alerting.rules-alive workers.broker-seen-by-flower
systemctl stop celery
sleep 6
