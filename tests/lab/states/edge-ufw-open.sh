# HTTPS ends on another host; ufw lets that one through to Flower, and everybody else too
# fails: network.flower-loopback network.private-ports-closed
# packages: ufw
# edge: flower
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
ufw allow 22/tcp > /dev/null
ufw allow from $LAB_EDGE_ADDRESS to any port 5555 proto tcp > /dev/null
ufw allow 5555/tcp > /dev/null
ufw --force enable > /dev/null
