# The limits stand in the unit, where they hold for podman's helper and not for the container
# fails: service.memory-limit service.cpu-quota
# packages: podman iptables
flower_in_container
sed -i -e 's/--memory=768m --cpus=1 //' -e 's/^Restart=.*/&\nMemoryMax=768M\nCPUQuota=100%/' $UNIT
restart_flower
