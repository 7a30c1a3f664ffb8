# A unit of the operator's own loads the rules; it was started once, and never enabled
# fails: network.survives-reboot
systemctl disable -q --now nftables
mv /etc/nftables.conf /etc/packet-filter.nft
cat > /etc/systemd/system/packet-filter.service <<'U'
[Unit]
Description=Our packet filter
Before=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/packet-filter.nft

[Install]
WantedBy=multi-user.target
U
systemctl daemon-reload
systemctl start packet-filter
