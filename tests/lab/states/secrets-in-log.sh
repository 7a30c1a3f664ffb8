# The broker's URL with its password was logged
# fails: secrets.not-in-logs
echo "[I $(date +'%y%m%d %H:%M:%S') command:174] Broker: redis://:$BROKER_PASSWORD@127.0.0.1:6379/0" >> /var/log/flower/flower.log
