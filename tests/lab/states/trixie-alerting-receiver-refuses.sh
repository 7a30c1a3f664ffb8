# The token for the service that wakes the people on call was revoked, and a newer Alertmanager says so
# suite: trixie
# fails: alerting.delivered
sed -i 's/send_response(200)/send_response(401)/' /opt/alert-receiver/alert-receiver
systemctl restart alert-receiver
given_up
