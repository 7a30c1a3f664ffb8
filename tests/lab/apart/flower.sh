# Runs on a golden host before the script of a state: Flower alone, for a proxy on another host.
systemctl disable -q --now nginx certbot.timer
rm -rf /etc/nginx/sites-enabled/flower $SITE /etc/letsencrypt /var/log/letsencrypt
option address "\"$LAB_ADDRESS\""
sed -i "s/127.0.0.1:5555/$LAB_ADDRESS:5555/" /etc/prometheus/prometheus.yml
sed -i "s/tcp dport { 22, 80, 443 } accept/tcp dport 22 accept\n        ip saddr $LAB_EDGE_ADDRESS tcp dport 5555 accept/" \
    /etc/nftables.conf
systemctl restart nftables
systemctl restart flower
reload_prometheus
flower_answers "http://$LAB_ADDRESS:5555"
