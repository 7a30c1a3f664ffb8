# RabbitMQ without its management API: Flower shows no queue
# fails: broker.management-api
# may: workers.broker-seen-by-flower
# packages: rabbitmq-server
systemctl disable -q --now redis-server
printf 'listeners.tcp.default = 127.0.0.1:5672\n' > /etc/rabbitmq/rabbitmq.conf
printf 'NODE_IP_ADDRESS=127.0.0.1\nERL_EPMD_ADDRESS=127.0.0.1\n' > /etc/rabbitmq/rabbitmq-env.conf
systemctl restart rabbitmq-server
rabbitmqctl -q delete_user guest
rabbitmqctl -q add_user shop Fw7Kp2ZtQx9LmV4s > /dev/null
rabbitmqctl -q set_permissions shop '.*' '.*' '.*'
sed -i 's|redis://.*|amqp://shop:Fw7Kp2ZtQx9LmV4s@127.0.0.1:5672//|' $ENVIRONMENT /etc/celery/celery.env
sed -i 's/redis-server.service/rabbitmq-server.service/' $UNIT /etc/systemd/system/celery*.service
systemctl daemon-reload
systemctl restart celery celery-exporter
restart_flower
sleep 6
