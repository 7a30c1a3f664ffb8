# The timer has no OnCalendar= but OnBootSec=, so it runs once after each boot and never again
# fails: backup.scheduled
sed -i 's/^OnCalendar=.*/OnBootSec=1s/; /^Persistent/d; /^RandomizedDelaySec/d' /etc/systemd/system/flower-backup.timer
systemctl daemon-reload
systemctl restart flower-backup.timer
await '! systemctl is-active -q flower-backup.service'
