# Flower runs in a podman container that a systemd unit keeps
# packages: podman iptables
container_host
