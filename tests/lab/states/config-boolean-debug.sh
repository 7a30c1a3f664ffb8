# FLOWER_DEBUG=False on Flower 1.2, where any text is true: debug is on
# fails: config.booleans-honoured config.debug-off
# may: auth.api-usable install.flower-current workers.visible workers.broker-seen-by-flower config.options-known
# may: auth.accounts-work monitoring.workers-agree auth.cross-site-refused retention.offline-workers alerting.survives-absence
# may: auth.version-not-vulnerable broker.same-as-workers workers.events logging.quiet secrets.not-in-logs persistence.readable
# flower: 1.2.0
echo FLOWER_DEBUG=False >> $ENVIRONMENT
restart_flower
