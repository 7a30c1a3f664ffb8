# certbot renewed the certificate, and nothing reloaded nginx
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
# fails: https.renewal-works https.certificate-reloaded
# may: proxy.running-matches-files
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme
reload_nginx
renew
