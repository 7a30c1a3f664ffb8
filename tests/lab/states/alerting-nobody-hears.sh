# The route ends at a receiver that sends nothing
# fails: alerting.delivered
printf 'route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n' > /etc/prometheus/alertmanager.yml
systemctl restart prometheus-alertmanager
await 'curl -sf http://127.0.0.1:9093/-/ready'
