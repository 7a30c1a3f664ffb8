# An upgrade took the Redis client away; Flower runs on until its next start
# suite: trixie
# fails: install.broker-client
# may: broker.reachable
rm -r /opt/flower/venv/lib/python3.13/site-packages/redis /opt/flower/venv/lib/python3.13/site-packages/redis-*.dist-info
