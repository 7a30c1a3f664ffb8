# The system's Python was upgraded below the environment: the Redis client is left in the old version's folder
# fails: install.broker-client
# may: broker.reachable
cd /opt/flower/venv/lib
mkdir -p python3.9/site-packages
mv python3.11/site-packages/redis python3.11/site-packages/redis-*.dist-info python3.9/site-packages/
