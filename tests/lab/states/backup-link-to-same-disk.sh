# The backup folder became a link to one beside the database
# fails: backup.elsewhere
# may: service.directories-owned persistence.readable
install -d -m 0700 -o celery -g celery /var/lib/flower/copies
cp -a /srv/backup/flower/. /var/lib/flower/copies/
rm -r /srv/backup/flower
ln -s /var/lib/flower/copies /srv/backup/flower
sed -i 's|^ReadWritePaths=.*|ReadWritePaths=/var/lib/flower/copies|' /etc/systemd/system/flower-backup.service
systemctl daemon-reload
systemctl start flower-backup
