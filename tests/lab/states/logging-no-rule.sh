# No rule rotates Flower's log
# fails: logging.rotated
# may: logging.rotation-works
rm /etc/logrotate.d/flower
