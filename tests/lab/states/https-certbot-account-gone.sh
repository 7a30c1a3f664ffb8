# /etc/letsencrypt was restored without its accounts, so the last renewal failed
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
# fails: https.renewal-works
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload nginx'
rm -r /etc/letsencrypt/accounts
! renew
