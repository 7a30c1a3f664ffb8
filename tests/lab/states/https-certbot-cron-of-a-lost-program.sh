# A cron line runs a certbot that is not installed any more, and the timer is masked
# packages: cron
# fails: https.renewal-scheduled
# may: https.renewal-works
systemctl stop certbot.timer
systemctl mask -q certbot.timer
rm /etc/cron.d/certbot
echo '17 3 * * * root /opt/certbot/bin/certbot renew -q --post-hook "systemctl reload nginx"' > /etc/cron.d/renew-certificates
systemctl start cron
