# RabbitMQ as it comes: guest with the password guest, open to every address
# fails: broker.requires-password
# may: broker.management-api workers.broker-seen-by-flower auth.no-placeholder auth.password-strength network.private-ports-closed
# packages: rabbitmq-server
systemctl disable -q --now redis-server
printf 'loopback_users = none\n' > /etc/rabbitmq/rabbitmq.conf
rabbitmq-plugins enable --offline rabbitmq_management > /dev/null
systemctl restart rabbitmq-server
sed -i 's|redis://.*|amqp://guest:guest@127.0.0.1:5672//|' $ENVIRONMENT /etc/celery/celery.env
echo 'FLOWER_BROKER_API=http://guest:guest@127.0.0.1:15672/api/' >> $ENVIRONMENT
sed -i 's/redis-server.service/rabbitmq-server.service/' $UNIT /etc/systemd/system/celery*.service
systemctl daemon-reload
systemctl restart celery celery-exporter
restart_flower
sleep 6
