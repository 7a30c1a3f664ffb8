# HSTS without `always`: nginx leaves it out of the 401 that everybody sees first
# fails: https.hsts
sed -i '/Strict-Transport/s/ always;/;/' $SITE
reload_nginx
