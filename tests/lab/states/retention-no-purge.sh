# Dead workers stay for ever
# fails: retention.offline-workers
# may: alerting.survives-absence
without_option purge_offline_workers
restart_flower
