# The renewal configuration was renamed, so certbot renews nothing and is content
# fails: https.renewal-works
mv /etc/letsencrypt/renewal/$LAB_NAME.conf /etc/letsencrypt/renewal/$LAB_NAME.conf.bak
