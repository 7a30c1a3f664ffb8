# The file says noeviction, but somebody changed the running Valkey
# suite: trixie
# fails: broker.no-eviction
to_valkey
valkey-cli -a $BROKER_PASSWORD --no-auth-warning config set maxmemory-policy volatile-lru
