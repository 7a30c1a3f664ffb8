# The unit was copied from a RabbitMQ host: it waits for a broker that is not here
# fails: service.ordering
sed -i 's/redis-server.service/rabbitmq-server.service/' $UNIT
restart_flower
