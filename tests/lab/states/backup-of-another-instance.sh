# The backup copies the database of another Flower, that of the staging
# fails: backup.scheduled
# may: backup.fresh backup.kept backup.restorable backup.elsewhere backup.private
install -d -m 0750 -o celery -g celery /var/lib/flower-staging
cp -a /var/lib/flower/flower.db /var/lib/flower-staging/
sed -i 's|/var/lib/flower/flower.db|/var/lib/flower-staging/flower.db|' /usr/local/sbin/flower-backup
rm -f /srv/backup/flower/*
systemctl start flower-backup
