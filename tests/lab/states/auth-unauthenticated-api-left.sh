# FLOWER_UNAUTHENTICATED_API was left in the environment beside basic auth: harmless today, open as soon as auth goes
# fails: auth.api-not-unauthenticated
echo FLOWER_UNAUTHENTICATED_API=1 >> $ENVIRONMENT
restart_flower
