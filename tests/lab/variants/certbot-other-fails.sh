# certbot's unit failed over another certificate; this one was renewed
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload nginx'
certbot certonly -q --duplicate --cert-name other.flower.test --server $ACME -d $LAB_NAME --webroot -w /var/www/acme
sed -i 's#/var/www/acme#/var/www/gone#' /etc/letsencrypt/renewal/other.flower.test.conf
sed -i 's/^# renew_before_expiry.*/renew_before_expiry = 100 days/' /etc/letsencrypt/renewal/*.conf
echo 'no-random-sleep-on-renew = True' >> /etc/letsencrypt/cli.ini
! systemctl start certbot.service
sleep 0.3
