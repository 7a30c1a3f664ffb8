# Flower listens on every address and its port is open: a way around the proxy
# fails: network.flower-loopback network.private-ports-closed
# may: monitoring.metrics-not-public auth.not-bypassed
option address '"0.0.0.0"'
restart_flower
sed -i 's/22, 80, 443/22, 80, 443, 5555/' /etc/nftables.conf
systemctl restart nftables
