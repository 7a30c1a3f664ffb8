# No volume was named, so the image's VOLUME gives each new container an empty one
# fails: persistence.path-durable
# may: persistence.readable backup.scheduled backup.last-run-succeeded backup.fresh backup.restorable backup.elsewhere
# packages: podman iptables
flower_in_container
sed -i '/-v flower-data/d' $UNIT
restart_flower
