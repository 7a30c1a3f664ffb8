# The chain's policy is accept, and its last rule refuses whatever came that far
sed -i 's/hook input priority filter; policy drop/hook input priority filter; policy accept/; s/^\( *\)tcp dport { 22, 80, 443 } accept/&\n\1reject with icmpx admin-prohibited/' /etc/nftables.conf
systemctl restart nftables
