# Flower may start before the network and the broker
# fails: service.ordering
sed -i '/^After=/d; /^Wants=/d' $UNIT
restart_flower
