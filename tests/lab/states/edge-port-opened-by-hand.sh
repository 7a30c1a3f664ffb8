# HTTPS ends on another host; the firewall's file lets that one in alone, and somebody opened the port for a moment
# fails: network.flower-loopback network.private-ports-closed
# edge: flower
nft insert rule inet filter input tcp dport '5000-6000' accept
