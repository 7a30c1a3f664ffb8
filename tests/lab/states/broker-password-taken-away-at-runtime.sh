# redis.conf asks for a password; somebody took it away from the running Redis with CONFIG SET, for a trial
# fails: broker.requires-password
redis-cli -a $BROKER_PASSWORD --no-auth-warning config set requirepass ''
