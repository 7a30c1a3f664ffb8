# Redis can be reached from anywhere (with its password)
# fails: network.private-ports-closed
# may: broker.requires-password
sed -i 's/^bind .*/bind 0.0.0.0/' /etc/redis/redis.conf
sed -i 's/22, 80, 443/22, 80, 443, 6379/' /etc/nftables.conf
systemctl restart redis-server nftables
sleep 6
flower_answers
