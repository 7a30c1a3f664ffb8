# The unit file was edited, and nobody said daemon-reload
# fails: service.reloaded
sleep 3
sed -i 's/^MemoryMax=.*/MemoryMax=1G/' $UNIT
