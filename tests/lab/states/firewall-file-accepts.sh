# The file that is loaded at boot was opened for an installation; the kernel still has the strict rules
# fails: network.survives-reboot
sed -i 's/hook input priority filter; policy drop/hook input priority filter; policy accept/' /etc/nftables.conf
