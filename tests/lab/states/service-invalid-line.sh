# A misspelt directive in the unit, which systemd ignores with a warning
# fails: service.reloaded
sed -i 's/^MemoryMax=.*/&\nMemoryMaxx=1G/' $UNIT
restart_flower
