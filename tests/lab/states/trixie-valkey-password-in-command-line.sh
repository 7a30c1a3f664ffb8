# Somebody watches Valkey with its password in the command line
# suite: trixie
# fails: secrets.not-in-command-line
to_valkey
systemd-run -q --unit=watch-valkey valkey-cli -a $BROKER_PASSWORD --no-auth-warning --latency -i 30
await 'pgrep -x valkey-cli'
