# Flower rotates its log by itself
option log_file_max_size 10000000
option log_file_num_backups 5
rm /etc/logrotate.d/flower
restart_flower
