# Flower runs in a podman container that a systemd unit keeps
# packages: podman iptables
flower_in_container
restart_flower
