# The timer was disabled
# fails: backup.scheduled
systemctl disable -q --now flower-backup.timer
