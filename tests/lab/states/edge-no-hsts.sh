# The other host, where HTTPS ends, sends no HSTS
# fails: https.hsts
# edge: flower
true
# on the edge
sed -i '/Strict-Transport-Security/d' $SITE
reload_nginx
