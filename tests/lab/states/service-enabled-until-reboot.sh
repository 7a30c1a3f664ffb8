# The unit was enabled with --runtime: the link is gone after a reboot
# fails: service.enabled
systemctl disable -q flower
systemctl enable -q --runtime flower
