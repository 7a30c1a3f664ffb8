# The memory limit is more than the host has
# fails: service.memory-limit
# may: retention.limited
sed -i 's/^MemoryMax=.*/MemoryMax=4T/' $UNIT
restart_flower
