# The service that wakes the people on call is stopped, and an alert fires
# fails: alerting.delivered
systemctl disable -q --now alert-receiver
given_up
