# flower@prod.service under another user, on another port
useradd --system --home-dir /var/lib/flower --no-create-home --shell /usr/sbin/nologin flowerd
systemctl disable -q --now flower
chown -R flowerd: /var/lib/flower /var/log/flower /srv/backup/flower
chgrp flowerd /etc/flower/flowerconfig.py
sed 's/celery$/flowerd/; s|/etc/flower/flower.env|/etc/flower/%i.env|' $UNIT > /etc/systemd/system/flower@.service
rm $UNIT
mv $ENVIRONMENT /etc/flower/prod.env
sed -i 's/=celery$/=flowerd/' /etc/systemd/system/flower-backup.service
sed -i 's/su celery celery/su flowerd flowerd/' /etc/logrotate.d/flower
option port 5566
sed -i 's/127.0.0.1:5555/127.0.0.1:5566/' $SITE /etc/prometheus/prometheus.yml
systemctl daemon-reload
systemctl enable -q --now flower@prod
ENVIRONMENT=/etc/flower/prod.env
await 'curl -sf -o /dev/null http://127.0.0.1:5566/healthcheck'
reload_nginx
reload_prometheus
