# The broker is on another host, and is reached over TLS
# edge: flower
sed -i "s#redis://\(.*\)@127.0.0.1:6379/0#rediss://\1@$LAB_EDGE_ADDRESS:6379/0?ssl_cert_reqs=required\&ssl_ca_certs=/etc/ssl/certs/ca-certificates.crt#" \
    $ENVIRONMENT /etc/celery/celery.env
systemctl disable -q --now redis-server
cat > /usr/local/sbin/take-certificate-of-broker <<C
#!/bin/bash -e
until openssl s_client -connect $LAB_EDGE_ADDRESS:6379 < /dev/null 2> /dev/null | openssl x509 > /run/broker.pem 2> /dev/null; do
    sleep 0.3
done
mv /run/broker.pem /usr/local/share/ca-certificates/broker.crt
update-ca-certificates
systemctl restart flower celery celery-exporter
C
chmod 755 /usr/local/sbin/take-certificate-of-broker
systemctl stop flower celery celery-exporter
systemd-run -q /usr/local/sbin/take-certificate-of-broker
# on the edge
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj "/CN=$LAB_EDGE" \
    -addext "subjectAltName=DNS:$LAB_EDGE,IP:$LAB_EDGE_ADDRESS" -keyout /etc/redis/key.pem -out /etc/redis/cert.pem 2> /dev/null
chown redis: /etc/redis/*.pem
sed -i "s/^bind .*/bind $LAB_EDGE_ADDRESS/; s/^port .*/port 0/" /etc/redis/redis.conf
printf 'tls-port 6379\ntls-cert-file /etc/redis/cert.pem\ntls-key-file /etc/redis/key.pem\ntls-auth-clients no\n' \
    >> /etc/redis/redis.conf
sed -i "s/ct state invalid drop/&\n        ip saddr $LAB_FLOWER_ADDRESS tcp dport 6379 accept/" /etc/nftables.conf
systemctl restart nftables
systemctl enable -q --now redis-server
await "curl -sf http://$LAB_FLOWER_ADDRESS:5555/metrics | grep -q '^flower_worker_online.* 1'"
