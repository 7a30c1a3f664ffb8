# /etc/letsencrypt/cli.ini has an option that certbot does not know: every run ends at once
# fails: https.renewal-works
echo 'preferred-chains = ISRG Root X1' >> /etc/letsencrypt/cli.ini
! systemctl start certbot.service
