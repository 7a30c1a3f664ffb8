# Flower runs as root in its container, as images do that name no user
# fails: service.unprivileged-user
# packages: podman iptables
flower_in_container
sed -i -e 's/--read-only /&--user=0:0 /' -e "s#-v flower-data:#-v $DATA:#" $UNIT
chown -R 0:0 $DATA
restart_flower
