# Flower logs to the journal only
without_option log_file_prefix
rm -r /etc/logrotate.d/flower /var/log/flower
sed -i '/^LogsDirectory/d' $UNIT
restart_flower
