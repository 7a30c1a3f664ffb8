# nginx tells its version
# fails: https.no-version-leak
rm /etc/nginx/conf.d/quiet.conf
reload_nginx
