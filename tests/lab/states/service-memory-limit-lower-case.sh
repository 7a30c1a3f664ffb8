# MemoryMax=768m: systemd knows no small m, and starts Flower without a limit
# fails: service.memory-limit service.reloaded
# may: retention.limited
sed -i 's/^MemoryMax=.*/MemoryMax=768m/' $UNIT
restart_flower
