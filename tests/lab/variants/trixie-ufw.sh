# ufw instead of nftables
# suite: trixie
# packages: ufw
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
ufw --force enable > /dev/null
