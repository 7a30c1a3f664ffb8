# Alertmanager is stopped
# fails: alerting.delivered
systemctl stop prometheus-alertmanager
sleep 1
