# FLOWER_PERSISTENT=False on Flower 1.2, where any text is true
# fails: config.booleans-honoured
# may: install.flower-current auth.api-usable alerting.survives-absence config.no-shadowing
# flower: 1.2.0
without_option persistent
echo FLOWER_PERSISTENT=False >> $ENVIRONMENT
restart_flower
