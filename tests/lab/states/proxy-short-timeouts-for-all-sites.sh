# A file in conf.d shortens the timeouts of all sites, and Flower's says nothing about them
# fails: proxy.timeouts
sed -i '/_timeout 60s;/d' $SITE
printf 'proxy_read_timeout 10000ms;\nproxy_send_timeout 10;\n' > /etc/nginx/conf.d/timeouts.conf
reload_nginx
