# The host where HTTPS ends, audited by itself: it sends to another one by name
# edge: edge
true
# on the edge
echo "$LAB_FLOWER_ADDRESS flower1.internal" >> /etc/hosts
sed -i "s|http://$LAB_FLOWER_ADDRESS|http://flower1.internal|" $SITE
reload_nginx
