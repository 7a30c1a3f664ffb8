# One rule of ufw allows everything from anywhere; it was added to find out whether the firewall was to blame
# packages: ufw
# fails: network.default-deny
# may: network.both-families
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
ufw --force enable > /dev/null
ufw allow from any > /dev/null
