# The challenges that a newer certbot has answered are redirected to HTTPS and end at Flower, so the last renewal failed
# suite: trixie
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
# fails: https.renewal-works
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload nginx'
sed -i '/acme-challenge/d' $SITE
reload_nginx
! renew
