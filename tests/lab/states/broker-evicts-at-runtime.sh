# The file says noeviction, but somebody changed the running Redis
# fails: broker.no-eviction
redis-cli -a $BROKER_PASSWORD --no-auth-warning config set maxmemory-policy volatile-lru
