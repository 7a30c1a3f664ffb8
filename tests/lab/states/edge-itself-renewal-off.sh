# Nothing renews the certificate of the host where HTTPS ends
# fails: https.renewal-scheduled
# edge: edge
true
# on the edge
systemctl disable -q --now certbot.timer
