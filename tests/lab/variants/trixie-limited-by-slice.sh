# The memory limit is the slice's that Flower's unit is in
# suite: trixie
printf '[Slice]\nMemoryMax=768M\n' > /etc/systemd/system/monitoring.slice
sed -i 's/^MemoryMax=.*/Slice=monitoring.slice/' $UNIT
restart_flower
