# certbot issued the certificate over port 80, renewed it, and a hook reloads nginx
# packages: pebble
# options: --flower-ca=ROOT/etc/acme-root.pem
acme_server
answer_challenges
certbot_issues --webroot -w /var/www/acme --deploy-hook 'systemctl reload nginx'
renew
sleep 0.3
