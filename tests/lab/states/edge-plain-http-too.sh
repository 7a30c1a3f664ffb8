# The other host, where HTTPS ends, serves Flower over plain HTTP as well
# fails: https.http-redirects monitoring.metrics-not-public
# edge: flower
true
# on the edge
sed -i "s|return 301 https.*|location / { proxy_pass http://$LAB_FLOWER_ADDRESS:5555; }|" $SITE
reload_nginx
