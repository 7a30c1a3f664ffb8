# FLOWER_DEBUG=False on Flower 1.2, where any text is true: debug is on
# fails: config.booleans-honoured config.debug-off
# may: install.flower-current auth.api-usable alerting.survives-absence logging.quiet secrets.not-in-logs
# flower: 1.2.0
echo FLOWER_DEBUG=False >> $ENVIRONMENT
restart_flower
