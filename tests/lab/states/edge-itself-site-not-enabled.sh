# On the host where HTTPS ends, the site of Flower is in sites-available alone
# fails: proxy.site-enabled
# may: connection.url https.certificate-reloaded
# edge: edge
true
# on the edge
rm /etc/nginx/sites-enabled/flower
reload_nginx
