# HSTS for five minutes, left from a trial
# fails: https.hsts
sed -i 's/max-age=63072000/max-age=300/' $SITE
reload_nginx
