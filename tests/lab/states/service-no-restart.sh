# The unit does not restart Flower when it dies
# fails: service.restarts
sed -i '/^Restart=/d' $UNIT
restart_flower
