# The broker is a Redis on a unix socket
sed -i 's/^port 6379/port 0/; s|^# *unixsocket .*|unixsocket /run/redis/redis.sock|; s/^# *unixsocketperm .*/unixsocketperm 770/' /etc/redis/redis.conf
usermod -aG redis celery
sed -i "s|redis://.*|redis+socket://:$BROKER_PASSWORD@/run/redis/redis.sock?virtual_host=0|" $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server
systemctl restart celery celery-exporter
restart_flower
sleep 3
