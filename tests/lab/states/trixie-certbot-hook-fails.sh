# A newer certbot renewed the certificate, and its deploy hook misspells nginx
# suite: trixie
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
# fails: https.renewal-works https.certificate-reloaded
# may: proxy.running-matches-files
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload ngnix'
reload_nginx
renew
