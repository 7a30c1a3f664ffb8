# The timer was disabled
# fails: backup.scheduled
# may: backup.last-run-succeeded
systemctl disable -q --now flower-backup.timer
