# The renewal configuration names no authenticator: every renewal fails
# fails: https.renewal-works
sed -i '/^authenticator/d; /^installer/d; /^server/d' /etc/letsencrypt/renewal/*.conf
