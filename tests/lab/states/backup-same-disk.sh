# The copies lie beside the database
# fails: backup.elsewhere
# may: service.directories-owned persistence.readable
install -d -m 0700 -o celery -g celery /var/lib/flower/backup
cp -a /srv/backup/flower/. /var/lib/flower/backup/
rm -r /srv/backup/flower
sed -i 's|/srv/backup/flower|/var/lib/flower/backup|' /usr/local/sbin/flower-backup /etc/systemd/system/flower-backup.service
sed -i '/RequiresMountsFor/d' /etc/systemd/system/flower-backup.service
systemctl daemon-reload
systemctl start flower-backup
