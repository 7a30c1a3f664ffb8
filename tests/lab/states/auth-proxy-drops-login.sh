# The proxy takes the Authorization header away: nobody gets in
# fails: auth.accounts-work
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.api-usable workers.events auth.cross-site-refused
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_set_header Authorization "";|' $SITE
reload_nginx
