# HTTPS ends on another host, and Flower's firewall lets that one through alone
# edge: flower
dpkg --purge --force-depends nginx nginx-common certbot python3-certbot-nginx > /dev/null 2>&1
rm -rf /etc/nginx /var/log/nginx
