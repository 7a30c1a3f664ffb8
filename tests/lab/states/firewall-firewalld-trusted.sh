# firewalld runs, and its default zone is `trusted`, which accepts everything
# packages: firewalld
# fails: network.default-deny
# may: network.both-families network.firewall-active
systemctl stop firewalld
systemctl disable -q --now nftables
nft flush ruleset
firewall-offline-cmd -q --set-default-zone=trusted
systemctl enable -q firewalld
systemctl start firewalld
