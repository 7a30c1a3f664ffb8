# --broker after `flower`, where Celery does not see it
# fails: config.cli-form
# may: broker.reachable broker.same-as-workers workers.visible workers.broker-seen-by-flower broker.url-valid broker.requires-password
# may: workers.events monitoring.workers-agree logging.quiet alerting.rules-alive broker.management-api broker.no-eviction
# may: config.running-matches-files config.options-known alerting.survives-absence secrets.not-in-command-line
sed -i 's|^ExecStart=.*|& --broker=redis://127.0.0.1:6379/0|' $UNIT
restart_flower
