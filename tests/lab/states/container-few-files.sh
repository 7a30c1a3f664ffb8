# The container's ulimit for open files is far too low
# fails: service.file-limit
# packages: podman iptables
flower_in_container
sed -i 's/nofile=[0-9]*:[0-9]*/nofile=512:512/' $UNIT
restart_flower
