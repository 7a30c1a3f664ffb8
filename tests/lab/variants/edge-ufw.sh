# HTTPS ends on another host, and ufw lets that one alone through to Flower
# packages: ufw
# edge: flower
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
ufw allow 22/tcp > /dev/null
ufw allow from $LAB_EDGE_ADDRESS to any port 5555 proto tcp > /dev/null
ufw --force enable > /dev/null
