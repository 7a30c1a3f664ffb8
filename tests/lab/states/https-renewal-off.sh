# Nothing renews the certificate
# fails: https.renewal-scheduled
# may: https.renewal-works
systemctl disable -q --now certbot.timer
