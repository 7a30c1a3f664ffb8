# There is no backup
# fails: backup.scheduled
# may: backup.fresh backup.kept backup.restorable backup.elsewhere backup.private backup.last-run-succeeded
systemctl disable -q --now flower-backup.timer
rm /etc/systemd/system/flower-backup.* /usr/local/sbin/flower-backup
rm -r /srv/backup/flower
systemctl daemon-reload
