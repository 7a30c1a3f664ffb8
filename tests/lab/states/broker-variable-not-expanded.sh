# A variable in an EnvironmentFile=, where systemd fills in none: the password is the text ${REDIS_PASSWORD}
# fails: broker.url-valid broker.reachable
# may: workers.visible workers.broker-seen-by-flower workers.events logging.quiet broker.no-eviction monitoring.workers-agree
# may: broker.requires-password broker.same-as-workers alerting.rules-alive secrets.not-in-logs alerting.survives-absence
sed -i 's|^CELERY_BROKER_URL=redis://:[^@]*@|REDIS_PASSWORD='$BROKER_PASSWORD'\nCELERY_BROKER_URL=redis://:${REDIS_PASSWORD}@|' $ENVIRONMENT
restart_flower
