# Flower listens on every address; only the firewall is between
# fails: network.flower-loopback
option address '"0.0.0.0"'
restart_flower
