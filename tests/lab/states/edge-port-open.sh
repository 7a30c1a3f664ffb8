# HTTPS ends on another host, and Flower's port is open to everybody
# fails: network.flower-loopback network.private-ports-closed
# edge: flower
sed -i "s/ip saddr $LAB_EDGE_ADDRESS tcp dport 5555/tcp dport 5555/" /etc/nftables.conf
systemctl restart nftables
