# Valkey is stopped
# suite: trixie
# fails: broker.reachable workers.visible workers.broker-seen-by-flower
# may: broker.requires-password broker.no-eviction workers.visible workers.broker-seen-by-flower workers.events logging.quiet
# may: monitoring.workers-agree monitoring.target-up monitoring.metrics-served alerting.rules-alive broker.same-as-workers
# may: alerting.survives-absence
to_valkey
systemctl stop valkey-server
sleep 3
