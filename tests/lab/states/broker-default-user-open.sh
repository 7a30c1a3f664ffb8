# Flower and the workers got a user of their own in Redis, and the default user needs no password any more
# fails: broker.requires-password
sed -i '/^requirepass/d' /etc/redis/redis.conf
echo 'user shop on >Fw7Kp2ZtQx9LmV4s ~* &* +@all' >> /etc/redis/redis.conf
sed -i 's|redis://:[^@]*@|redis://shop:Fw7Kp2ZtQx9LmV4s@|' $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server celery celery-exporter
restart_flower
