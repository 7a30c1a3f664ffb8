# The policy wants WebSockets to pass, and the lines for keep-alive upstreams took the upgrade away
# fails: proxy.websocket
# policy: websocket=required
sed -i 's/proxy_set_header Connection .*/proxy_set_header Connection "";/' $SITE
reload_nginx
