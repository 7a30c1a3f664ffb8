# ufw was installed and given its rules, and nobody said `ufw enable`
# packages: ufw
# fails: network.firewall-active
# may: network.default-deny network.both-families network.survives-reboot
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
