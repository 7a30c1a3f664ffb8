# The password of Redis was changed, and nobody told Flower
# fails: broker.reachable
# may: workers.visible workers.broker-seen-by-flower workers.events logging.quiet broker.no-eviction monitoring.workers-agree
# may: broker.requires-password broker.same-as-workers alerting.rules-alive monitoring.target-up monitoring.metrics-served
sed -i 's/^requirepass .*/requirepass Kd83mVx0Qe61TzRu/' /etc/redis/redis.conf
systemctl restart redis-server
sleep 4
