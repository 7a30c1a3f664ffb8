# Runs on a copy of the golden host before the script of a state: nginx alone, for a Flower on another host.
if systemctl is-enabled -q caddy 2> /dev/null; then # both want the ports, and either may have been the first
    systemctl stop caddy
    systemctl restart nginx
fi
await "systemctl is-active -q nginx"
services="flower celery celery-exporter redis-server prometheus prometheus-alertmanager alert-receiver"
systemctl disable -q --now $services flower-backup.timer
for name in flower flower-backup celery celery-exporter alert-receiver; do
    rm -rf /etc/systemd/system/$name.* /etc/$name /opt/$name /var/log/$name /etc/logrotate.d/$name /usr/local/sbin/$name
done
rm -rf /opt/shop /srv/backup/flower
find /var/lib/flower -mindepth 1 -delete
systemctl daemon-reload
sed -i "s|http://127.0.0.1:5555|http://$LAB_FLOWER_ADDRESS:5555|" $SITE
reload_nginx
