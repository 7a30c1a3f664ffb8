# The headers stand in the server block, and one more in the location takes them all away
# fails: proxy.forwarded-headers
# may: proxy.host-header
lines=$(grep -E 'X-Real-IP|X-Forwarded|proxy_set_header Host' $SITE)
sed -i '/X-Real-IP/d; /X-Forwarded/d; /proxy_set_header Host/d' $SITE
awk -v lines="$lines" '{print} /access_log/ {print lines}' $SITE > /root/site && cp /root/site $SITE
reload_nginx
