# Nothing runs logrotate
# fails: logging.rotation-works
systemctl disable -q --now logrotate.timer
