# ufw filters now; its unit was disabled, so nothing loads its rules at the next boot
# packages: ufw
# fails: network.survives-reboot
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
ufw --force enable > /dev/null
systemctl disable -q ufw
