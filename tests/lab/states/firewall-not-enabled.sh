# The rules are loaded, but not after the next boot
# fails: network.survives-reboot
systemctl disable -q nftables
