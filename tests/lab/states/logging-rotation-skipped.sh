# logrotate skips the directory: others may write to it and the rule names no user
# fails: logging.rotation-works
# may: service.directories-owned
sed -i '/^    su /d' /etc/logrotate.d/flower
chmod 777 /var/log/flower
systemctl start logrotate || true
