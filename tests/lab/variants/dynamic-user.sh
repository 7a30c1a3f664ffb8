# systemd makes the user up, and keeps the state in /var/lib/private
systemctl stop flower
sed -i 's/^User=.*/User=flowerdyn\nDynamicUser=yes/; /^Group=/d; s/^StateDirectory=.*/StateDirectory=flower-state/' $UNIT
sed -i 's/^LogsDirectory=.*/LogsDirectory=flower-dynamic/' $UNIT
chmod 644 /etc/flower/flowerconfig.py
option db '"/var/lib/flower-state/flower.db"'
option log_file_prefix '"/var/log/flower-dynamic/flower.log"'
rm -r /var/log/flower
sed -i 's|/var/log/flower/|/var/log/private/flower-dynamic/|; s/    su celery celery/    su root root/' /etc/logrotate.d/flower
sed -i 's|/var/lib/flower/|/var/lib/private/flower-state/|' /usr/local/sbin/flower-backup
sed -i '/^User=/d; /^Group=/d' /etc/systemd/system/flower-backup.service
chown -R root: /srv/backup/flower
systemctl daemon-reload
cp -a /var/lib/flower /var/lib/private/flower-state
restart_flower
