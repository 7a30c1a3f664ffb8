# The rule file is gone, and Prometheus runs on with its rules until its next start
# fails: alerting.rules-current
mv /etc/prometheus/rules/celery.yml /root/
