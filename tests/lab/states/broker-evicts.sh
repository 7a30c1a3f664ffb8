# Redis may throw tasks away when its memory is full
# fails: broker.no-eviction
sed -i 's/^maxmemory-policy .*/maxmemory-policy allkeys-lru/' /etc/redis/redis.conf
systemctl restart redis-server
sleep 5
flower_answers
