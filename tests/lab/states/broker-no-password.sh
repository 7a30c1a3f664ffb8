# Redis asks no password
# fails: broker.requires-password
sed -i '/^requirepass/d' /etc/redis/redis.conf
sed -i 's|redis://:[^@]*@|redis://|' $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server celery celery-exporter
restart_flower
