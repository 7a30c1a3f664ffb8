# RabbitMQ with its management API as the broker
# packages: rabbitmq-server
systemctl disable -q --now redis-server
cat > /etc/rabbitmq/rabbitmq.conf <<'C'
listeners.tcp.default = 127.0.0.1:5672
management.tcp.ip = 127.0.0.1
loopback_users.guest = true
C
printf 'NODE_IP_ADDRESS=127.0.0.1\nERL_EPMD_ADDRESS=127.0.0.1\n' > /etc/rabbitmq/rabbitmq-env.conf
rabbitmq-plugins enable --offline rabbitmq_management > /dev/null
systemctl enable -q rabbitmq-server
systemctl restart rabbitmq-server
rabbitmqctl -q delete_user guest
rabbitmqctl -q add_user shop Fw7Kp2ZtQx9LmV4s > /dev/null
rabbitmqctl -q add_vhost shop
rabbitmqctl -q set_permissions -p shop shop '.*' '.*' '.*'
rabbitmqctl -q set_user_tags shop monitoring
sed -i 's|redis://.*|amqp://shop:Fw7Kp2ZtQx9LmV4s@127.0.0.1:5672/shop|' $ENVIRONMENT /etc/celery/celery.env
echo 'FLOWER_BROKER_API=http://shop:Fw7Kp2ZtQx9LmV4s@127.0.0.1:15672/api/' >> $ENVIRONMENT
sed -i 's/redis-server.service/rabbitmq-server.service/' $UNIT /etc/systemd/system/celery*.service
systemctl daemon-reload
systemctl restart celery celery-exporter
restart_flower
sleep 6
