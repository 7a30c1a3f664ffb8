# certbot's nginx plugin was removed, and the renewal asks for it
# fails: https.renewal-works
dpkg --force-depends --remove python3-certbot-nginx > /dev/null 2>&1
