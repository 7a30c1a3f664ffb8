# Flower reads database 1, the workers write to database 0
# fails: broker.same-as-workers workers.visible
# may: workers.events workers.broker-seen-by-flower monitoring.workers-agree alerting.rules-alive broker.reachable
sed -i 's|6379/0|6379/1|' $ENVIRONMENT
restart_flower
sleep 2
