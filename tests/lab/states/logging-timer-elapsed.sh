# logrotate.timer got a date of its own, for a trial, that is past
# fails: logging.rotation-works
mkdir -p /etc/systemd/system/logrotate.timer.d
printf '[Timer]\nOnCalendar=\nOnCalendar=2026-01-02 03:00\nPersistent=false\n' > /etc/systemd/system/logrotate.timer.d/override.conf
systemctl daemon-reload
systemctl restart logrotate.timer
