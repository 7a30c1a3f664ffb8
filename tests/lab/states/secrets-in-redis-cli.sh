# Somebody watches the broker with redis-cli, the password on its command line
# fails: secrets.not-in-command-line
systemd-run -q --unit=watch-queue sh -c "redis-cli -h 127.0.0.1 -a $BROKER_PASSWORD --no-auth-warning --stat -i 5 > /dev/null"
await 'pgrep -x redis-cli'
