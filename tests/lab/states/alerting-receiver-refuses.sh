# The token for the service that wakes the people on call was revoked: it answers 401
# fails: alerting.delivered
sed -i 's/send_response(200)/send_response(401)/' /opt/alert-receiver/alert-receiver
systemctl restart alert-receiver
given_up
