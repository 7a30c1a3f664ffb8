# The rule names another directory than the one Flower writes to
# fails: logging.rotated
# may: logging.rotation-works
sed -i 's|/var/log/flower/|/var/log/flowers/|' /etc/logrotate.d/flower
