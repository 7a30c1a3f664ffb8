# FLOWER_PERSISTENT=False on Flower 1.2, where any text is true
# fails: config.booleans-honoured
# may: config.no-shadowing auth.api-usable install.flower-current workers.visible workers.broker-seen-by-flower config.options-known
# may: auth.accounts-work monitoring.workers-agree auth.cross-site-refused retention.offline-workers alerting.survives-absence
# may: auth.version-not-vulnerable broker.same-as-workers workers.events
# flower: 1.2.0
without_option persistent
echo FLOWER_PERSISTENT=False >> $ENVIRONMENT
restart_flower
