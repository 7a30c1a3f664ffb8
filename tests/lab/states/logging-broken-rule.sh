# The rule does not parse
# fails: logging.rotation-works
# may: logging.rotated
sed -i 's/^    daily/    dayly {/' /etc/logrotate.d/flower
