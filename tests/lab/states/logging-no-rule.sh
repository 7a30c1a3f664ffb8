# systemd appends to a log file, and no rule rotates Flower's log
# fails: logging.rotated
# may: logging.rotation-works
without_option log_file_prefix
sed -i "s,^UMask=.*,&\nStandardOutput=append:/var/log/flower/flower.log\nStandardError=inherit," $UNIT
restart_flower
rm /etc/logrotate.d/flower
