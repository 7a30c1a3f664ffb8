# The broker's own CA is named in the URL alone, which Celery reads and Flower's look at the queues does not
# fails: workers.broker-seen-by-flower
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=broker" \
    -addext "subjectAltName=IP:127.0.0.1" -keyout /etc/redis/key.pem -out /etc/redis/cert.pem 2> /dev/null
chown redis: /etc/redis/*.pem
install -m 644 /etc/redis/cert.pem /etc/ssl/certs/broker.pem
sed -i "s/^port .*/port 0/" /etc/redis/redis.conf
printf 'tls-port 6379\ntls-cert-file /etc/redis/cert.pem\ntls-key-file /etc/redis/key.pem\ntls-auth-clients no\n' \
    >> /etc/redis/redis.conf
sed -i "s#redis://\(.*\)@127.0.0.1:6379/0#rediss://\1@127.0.0.1:6379/0?ssl_cert_reqs=required\&ssl_ca_certs=/etc/ssl/certs/broker.pem#" \
    $ENVIRONMENT /etc/celery/celery.env
systemctl restart redis-server celery celery-exporter
restart_flower
