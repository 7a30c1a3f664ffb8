# firewalld instead of nftables
# suite: trixie
# packages: firewalld
systemctl stop firewalld
systemctl disable -q --now nftables
nft flush ruleset
for service in ssh http https; do firewall-offline-cmd -q --add-service=$service || true; done
firewall-offline-cmd -q --remove-service=dhcpv6-client || true
systemctl enable -q firewalld
systemctl start firewalld
