# certbot's timer was masked while a certificate was tried out; Debian's cron file does nothing where systemd runs
# fails: https.renewal-scheduled
# may: https.renewal-works
systemctl stop certbot.timer
systemctl mask -q certbot.timer
