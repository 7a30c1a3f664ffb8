# The redirect still names the guide's host
# fails: https.http-redirects
sed -i 's|https://$host$request_uri|https://flower.yourdomain.com$request_uri|' $SITE
reload_nginx
