# Flower on a unix socket that only nginx can reach; nginx gives Prometheus the metrics on the loopback
option unix_socket '"/run/flower/flower.sock"'
sed -i '/^address = /d; /^port = /d' /etc/flower/flowerconfig.py
sed -i 's/^StateDirectory=.*/&\nRuntimeDirectory=flower\nRuntimeDirectoryMode=0750/; s/^Group=celery/Group=www-data/' $UNIT
chgrp www-data /etc/flower/flowerconfig.py
sed -i 's|proxy_pass http://127.0.0.1:5555;|proxy_pass http://unix:/run/flower/flower.sock;|' $SITE
cat >> $SITE <<'C'
server {
    listen 127.0.0.1:5556;
    location = /metrics {
        proxy_pass http://unix:/run/flower/flower.sock;
        allow 127.0.0.1;
        deny all;
    }
}
C
sed -i 's/127.0.0.1:5555/127.0.0.1:5556/' /etc/prometheus/prometheus.yml
systemctl daemon-reload
systemctl restart flower
await 'test -S /run/flower/flower.sock'
reload_nginx
reload_prometheus
