# The other host, where HTTPS ends, still sends to its own port, where Flower was before
# fails: proxy.reaches-flower
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.cross-site-refused workers.visible workers.broker-seen-by-flower
# may: monitoring.workers-agree proxy.unknown-host
# edge: flower
true
# on the edge
sed -i "s|$LAB_FLOWER_ADDRESS:5555|127.0.0.1:5555|" $SITE
reload_nginx
