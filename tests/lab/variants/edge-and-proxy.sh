# HTTPS ends on another host, which also limits the requests; nginx beside Flower takes them without TLS
# edge: flower
option address '"127.0.0.1"'
sed -i "s/$LAB_ADDRESS:5555/127.0.0.1:5555/" /etc/prometheus/prometheus.yml
sed -i 's/tcp dport 5555 accept/tcp dport 80 accept/' /etc/nftables.conf
systemctl restart nftables
cat > $SITE <<C
server {
    listen $LAB_ADDRESS:80;
    server_name $LAB_EDGE;
    set_real_ip_from $LAB_EDGE_ADDRESS;
    real_ip_header X-Real-IP;
    location / {
        proxy_pass http://127.0.0.1:5555;
        proxy_set_header Host \$http_host;
        proxy_set_header X-Real-IP \$remote_addr;
        proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto \$http_x_forwarded_proto;
    }
}
C
ln -s $SITE /etc/nginx/sites-enabled/flower
systemctl enable -q --now nginx
restart_flower
reload_prometheus
flower_answers
# on the edge
sed -i "s|$LAB_FLOWER_ADDRESS:5555|$LAB_FLOWER_ADDRESS|" $SITE
reload_nginx
