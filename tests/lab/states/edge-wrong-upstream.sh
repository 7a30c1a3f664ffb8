# The other host, where HTTPS ends, still sends to its own port, where Flower was before
# fails: proxy.reaches-flower
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login workers.visible
# may: workers.broker-seen-by-flower monitoring.workers-agree auth.cookie-flags auth.wrong-password-refused
# edge: flower
true
# on the edge
sed -i "s|$LAB_FLOWER_ADDRESS:5555|127.0.0.1:5555|" $SITE
reload_nginx
