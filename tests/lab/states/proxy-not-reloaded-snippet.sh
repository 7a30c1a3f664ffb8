# A snippet that the site includes was corrected, and nginx runs on with the old one
# fails: proxy.running-matches-files
mkdir -p /etc/nginx/snippets
sed -n '/_timeout 60s;/p' $SITE | sed 's/60s/300s/' > /etc/nginx/snippets/flower-timeouts.conf
sed -i '/_timeout 60s;/d; s|^    location / {|&\n        include snippets/flower-timeouts.conf;|' $SITE
reload_nginx
sleep 3
sed -i 's/300s/600s/' /etc/nginx/snippets/flower-timeouts.conf
