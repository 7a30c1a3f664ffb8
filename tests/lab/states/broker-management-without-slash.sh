# RabbitMQ's management API is named without the slash at its end, and Flower asks a page that is not there
# fails: broker.management-api
# may: workers.broker-seen-by-flower logging.quiet
# packages: rabbitmq-server
systemctl disable -q --now redis-server
rabbitmq-plugins enable --offline rabbitmq_management > /dev/null
printf 'listeners.tcp.default = 127.0.0.1:5672\nmanagement.tcp.ip = 127.0.0.1\n' > /etc/rabbitmq/rabbitmq.conf
printf 'NODE_IP_ADDRESS=127.0.0.1\nERL_EPMD_ADDRESS=127.0.0.1\n' > /etc/rabbitmq/rabbitmq-env.conf
systemctl restart rabbitmq-server
rabbitmqctl -q delete_user guest
rabbitmqctl -q add_user shop Fw7Kp2ZtQx9LmV4s > /dev/null
rabbitmqctl -q set_user_tags shop monitoring
rabbitmqctl -q set_permissions shop '.*' '.*' '.*'
sed -i 's|redis://.*|amqp://shop:Fw7Kp2ZtQx9LmV4s@127.0.0.1:5672//|' $ENVIRONMENT /etc/celery/celery.env
echo 'FLOWER_BROKER_API=http://shop:Fw7Kp2ZtQx9LmV4s@127.0.0.1:15672/api' >> $ENVIRONMENT
sed -i 's/redis-server.service/rabbitmq-server.service/' $UNIT /etc/systemd/system/celery*.service
systemctl daemon-reload
systemctl restart celery celery-exporter
restart_flower
sleep 6
