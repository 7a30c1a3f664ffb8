# The run fails, and a dash before the command hides it from systemd
# fails: backup.last-run-succeeded
sed -i 's|^ExecStart=|&-|' /etc/systemd/system/flower-backup.service
sed -i 's|^TARGET = .*|TARGET = pathlib.Path("/srv/backup/flwoer")|' /usr/local/sbin/flower-backup
systemctl daemon-reload
systemctl start flower-backup.service
