# The rule names another directory than the one Flower writes to
# fails: logging.rotated
# may: logging.rotation-works
without_option log_file_prefix
sed -i 's,^UMask=.*,&\nStandardOutput=append:/var/log/flower/flower.log\nStandardError=inherit,' $UNIT
restart_flower
sed -i 's|/var/log/flower/|/var/log/flowers/|' /etc/logrotate.d/flower
