# A host that is reached over IPv6 only
# address: ipv6
option address '"::1"'
sed -i '/listen 80/d; /listen 443/d; s/127.0.0.1:5555/[::1]:5555/' $SITE
sed -i "s/'127.0.0.1:5555'/'[::1]:5555'/" /etc/prometheus/prometheus.yml
sed -i 's/^bind .*/bind ::1/' /etc/redis/redis.conf
sed -i 's/127.0.0.1:6379/[::1]:6379/' $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server celery celery-exporter nginx
reload_prometheus
restart_flower 'http://[::1]:5555'
sleep 7
