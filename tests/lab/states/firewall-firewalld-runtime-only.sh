# The zone was closed in the running firewalld; what it loads at the next boot still trusts everybody
# packages: firewalld
# fails: network.survives-reboot
systemctl stop firewalld
systemctl disable -q --now nftables
nft flush ruleset
for service in ssh http https; do firewall-offline-cmd -q --add-service=$service || true; done
systemctl enable -q firewalld
systemctl start firewalld
await 'nft list table inet firewalld 2> /dev/null | grep -q filter_IN_public_allow'
sed -i 's/^DefaultZone=.*/DefaultZone=trusted/' /etc/firewalld/firewalld.conf
