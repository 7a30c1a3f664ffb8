# The log that showed the password was rotated, and is still there
# fails: secrets.not-in-logs
echo "[I $(date +'%y%m%d %H:%M:%S') command:174] Broker: redis://:$BROKER_PASSWORD@127.0.0.1:6379/0" >> /var/log/flower/flower.log
logrotate --force /etc/logrotate.d/flower
await 'ls /var/log/flower/flower.log.1* /var/log/flower/flower.log-* 2> /dev/null | grep -q .'
