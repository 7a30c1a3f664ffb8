# The environment says one thing, flowerconfig.py another
# fails: config.no-shadowing
echo FLOWER_MAX_TASKS=5000 >> $ENVIRONMENT
restart_flower
