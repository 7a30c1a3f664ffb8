# The queue was moved to another database; the worker was restarted, Flower was forgotten
# fails: broker.same-as-workers config.running-matches-files workers.visible
# may: workers.events workers.broker-seen-by-flower monitoring.workers-agree alerting.rules-alive alerting.survives-absence
sed -i 's|6379/0|6379/1|' $ENVIRONMENT /etc/celery/celery.env
systemctl restart celery celery-exporter
sleep 3
