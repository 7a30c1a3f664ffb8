# The policy wants WebSockets to pass, and the proxy does not upgrade
# fails: proxy.websocket
# policy: websocket=required
sed -i '/Upgrade \$http_upgrade/d; /Connection \$connection_upgrade/d' $SITE
reload_nginx
