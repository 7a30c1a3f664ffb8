# Flower runs in a podman container with a network of its own, and its port is published on loopback
# packages: podman iptables
flower_in_container
network_of_its_own 127.0.0.1:5555:5555
restart_flower
