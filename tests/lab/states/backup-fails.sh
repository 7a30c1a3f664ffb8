# The last run failed
# fails: backup.last-run-succeeded
sed -i 's|^TARGET = .*|TARGET = pathlib.Path("/srv/backup/flwoer")|' /usr/local/sbin/flower-backup
systemctl start flower-backup.service || true
