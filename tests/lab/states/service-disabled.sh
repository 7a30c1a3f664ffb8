# The unit was started but never enabled: after a reboot there is no Flower
# fails: service.enabled
systemctl disable -q flower
