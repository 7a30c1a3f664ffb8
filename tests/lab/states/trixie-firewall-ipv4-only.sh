# Only IPv4 is filtered: over IPv6 every port is open
# suite: trixie
# fails: network.both-families
# may: network.default-deny
sed -i 's/table inet filter/table ip filter/; s/meta l4proto { icmp, ipv6-icmp }/ip protocol icmp/' /etc/nftables.conf
systemctl restart nftables
