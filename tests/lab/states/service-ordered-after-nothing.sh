# The unit waits for the broker under a name that no unit has
# fails: service.ordering
sed -i 's/redis-server.service/redis7.service/' $UNIT
restart_flower
