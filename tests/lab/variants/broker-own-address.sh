# Redis listens on the host's own address instead of the loopback, behind the firewall
sed -i "s/^bind .*/bind $LAB_ADDRESS/" /etc/redis/redis.conf
sed -i "s/127.0.0.1:6379/$LAB_ADDRESS:6379/" $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server celery celery-exporter
restart_flower
