# systemd appends what Flower says to a file, and logrotate copies and truncates it
without_option log_file_prefix
sed -i 's|^UMask=.*|&\nStandardOutput=append:/var/log/flower/flower.log\nStandardError=inherit|' $UNIT
restart_flower
