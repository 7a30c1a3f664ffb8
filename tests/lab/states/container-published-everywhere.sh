# The container's port was published with -p 5555:5555: on every address, and past the firewall
# fails: network.flower-loopback network.private-ports-closed
# may: monitoring.metrics-not-public auth.not-bypassed
# packages: podman iptables
flower_in_container
network_of_its_own 5555:5555
# containers must get out, says many a manual, and so may everybody get in
sed -i '/chain forward/,/}/s/policy drop;/policy accept;/' /etc/nftables.conf
systemctl restart nftables
restart_flower
