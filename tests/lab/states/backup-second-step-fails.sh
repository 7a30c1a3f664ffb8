# The copy is made, and the step after it, which brings it to another host, fails every night
# fails: backup.last-run-succeeded
mkdir -p /etc/systemd/system/flower-backup.service.d
printf '[Service]\nExecStartPost=/usr/bin/false\n' > /etc/systemd/system/flower-backup.service.d/offsite.conf
systemctl daemon-reload
systemctl start flower-backup.service || true
