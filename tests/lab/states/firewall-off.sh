# No firewall
# fails: network.firewall-active
# may: network.default-deny network.both-families network.survives-reboot
systemctl disable -q --now nftables
nft flush ruleset
