# Only the proxy asks a password, and Flower's own port is open
# fails: auth.not-bypassed network.private-ports-closed network.flower-loopback
# may: auth.configured auth.format-valid auth.no-placeholder auth.password-strength monitoring.metrics-not-public auth.api-usable
# may: auth.accounts-work workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.no-cors-wildcard auth.cross-site-refused
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
option address '"0.0.0.0"'
printf 'ops:%s\n' "$(openssl passwd -6 hV7nQz3KpW9tXe5RmB2d)" > /etc/nginx/flower.htpasswd
chown root:www-data /etc/nginx/flower.htpasswd; chmod 640 /etc/nginx/flower.htpasswd
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        auth_basic Flower;\n        auth_basic_user_file /etc/nginx/flower.htpasswd;|' $SITE
sed -i 's/22, 80, 443/22, 80, 443, 5555/' /etc/nftables.conf
systemctl restart nftables
restart_flower
reload_nginx
