# The proxy does not tell who asks
# fails: proxy.forwarded-headers
sed -i '/X-Real-IP/d; /X-Forwarded/d' $SITE
reload_nginx
