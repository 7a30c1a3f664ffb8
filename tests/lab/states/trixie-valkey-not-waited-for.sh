# Valkey took the place of Redis, and Flower's unit still waits for Redis
# suite: trixie
# fails: service.ordering
to_valkey
sed -i 's/valkey-server.service/redis-server.service/' $UNIT
systemctl daemon-reload
