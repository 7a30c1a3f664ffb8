# podman writes what Flower prints to a file, without a largest size
# fails: logging.rotated
# packages: podman iptables
flower_in_container
sed -i 's/--log-driver=journald/--log-driver=k8s-file/' $UNIT
restart_flower
