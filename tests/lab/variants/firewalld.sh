# firewalld instead of nftables
# packages: firewalld
systemctl disable -q --now nftables
nft flush ruleset
systemctl enable -q --now firewalld
for service in ssh http https; do firewall-cmd -q --permanent --add-service=$service; done
firewall-cmd -q --permanent --remove-service=dhcpv6-client || true
firewall-cmd -q --reload
