# The ACME server cannot be reached any more, so certbot's unit failed when its timer ran it
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
# fails: https.renewal-works
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload nginx'
sed -i 's/^# renew_before_expiry.*/renew_before_expiry = 100 days/' /etc/letsencrypt/renewal/$LAB_NAME.conf
echo 'no-random-sleep-on-renew = True' >> /etc/letsencrypt/cli.ini
systemctl stop pebble
! systemctl start certbot.service
