# redis://password@host, as the guide writes it
# fails: broker.url-valid broker.reachable
# may: workers.visible workers.broker-seen-by-flower workers.events logging.quiet broker.no-eviction monitoring.workers-agree
# may: broker.requires-password broker.same-as-workers alerting.rules-alive secrets.not-in-logs
sed -i 's|^CELERY_BROKER_URL=redis://:|CELERY_BROKER_URL=redis://|' $ENVIRONMENT
restart_flower
