# Valkey asks no password
# suite: trixie
# fails: broker.requires-password
to_valkey
sed -i '/^requirepass/d' /etc/valkey/valkey.conf
sed -i 's|redis://:[^@]*@|redis://|' $ENVIRONMENT /etc/celery/celery.env
systemctl restart valkey-server celery celery-exporter
restart_flower
