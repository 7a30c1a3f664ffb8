# HTTPS ends on another host, and a rich rule of firewalld lets that one alone through to Flower
# packages: firewalld
# edge: flower
systemctl disable -q --now nftables
nft flush ruleset
systemctl enable -q --now firewalld
rule="rule family=ipv4 source address=$LAB_EDGE_ADDRESS port port=5555 protocol=tcp accept"
firewall-cmd -q --permanent --zone=public --add-rich-rule="$rule"
firewall-cmd -q --permanent --zone=public --remove-service=dhcpv6-client
firewall-cmd -q --reload
# on the edge
systemctl disable -q --now firewalld
