# Flower runs in a podman container that is described by a quadlet, on Debian 13
# suite: trixie
# packages: podman iptables
flower_in_container
quadlet
restart_flower
