# The line in /etc/cron.d lacks the user, as in a crontab of one's own: cron takes the command for a user's name
# fails: backup.scheduled
# packages: cron
systemctl disable -q --now flower-backup.timer
rm /etc/systemd/system/flower-backup.*
systemctl daemon-reload
echo '30 2 * * * /usr/local/sbin/flower-backup' > /etc/cron.d/flower-backup
systemctl enable -q --now cron
