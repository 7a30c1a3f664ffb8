# cron makes the backups
# packages: cron
systemctl disable -q --now flower-backup.timer
rm /etc/systemd/system/flower-backup.*
systemctl daemon-reload
echo '30 2 * * * celery /usr/local/sbin/flower-backup' > /etc/cron.d/flower-backup
systemctl enable -q --now cron
