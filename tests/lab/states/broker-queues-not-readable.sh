# Flower got a Redis user of its own, whose ACL forgot the command that counts a queue
# fails: workers.broker-seen-by-flower
# may: workers.visible broker.no-eviction broker.same-as-workers monitoring.workers-agree alerting.rules-alive logging.quiet
redis-cli -a "$BROKER_PASSWORD" --no-auth-warning \
    ACL SETUSER flower on '>nB6tR2yHq9Wd4XzK' '~*' '&*' +@all -llen > /dev/null
sed -i 's|^CELERY_BROKER_URL=.*|CELERY_BROKER_URL=redis://flower:nB6tR2yHq9Wd4XzK@127.0.0.1:6379/0|' $ENVIRONMENT
restart_flower
