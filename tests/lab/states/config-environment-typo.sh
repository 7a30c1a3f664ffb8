# A FLOWER_ variable that is no option
# fails: config.options-known
echo FLOWER_MAX_TASK=5000 >> $ENVIRONMENT
restart_flower
