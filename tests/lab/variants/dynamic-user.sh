# systemd makes the user up
systemctl stop flower
rm -r /var/log/flower
sed -i 's/^User=.*/User=flowerdyn\nDynamicUser=yes/; /^Group=/d' $UNIT
chmod 644 /etc/flower/flowerconfig.py
sed -i 's/^User=celery/User=root/; s/^Group=celery/Group=root/; ' /etc/systemd/system/flower-backup.service
sed -i 's/    su celery celery/    su root root/' /etc/logrotate.d/flower
restart_flower
