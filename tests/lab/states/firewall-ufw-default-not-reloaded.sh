# The default policy of ufw was set to ACCEPT in its file; it comes into force with the next boot
# packages: ufw
# fails: network.survives-reboot
systemctl disable -q --now nftables
nft flush ruleset
ufw default deny incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
ufw --force enable > /dev/null
sed -i 's/^DEFAULT_INPUT_POLICY=.*/DEFAULT_INPUT_POLICY="ACCEPT"/' /etc/default/ufw
