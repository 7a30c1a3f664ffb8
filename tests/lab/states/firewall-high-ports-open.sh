# All ports above 1024 were opened for passive FTP
# fails: network.default-deny
# may: network.both-families
sed -i 's/^\( *\)tcp dport { 22, 80, 443 } accept/&\n\1tcp dport 1024-65535 accept/' /etc/nftables.conf
systemctl restart nftables
