# Every local user may read the key
# fails: https.key-private
chmod 755 /etc/letsencrypt/live /etc/letsencrypt/archive
chmod 644 /etc/letsencrypt/archive/*/privkey1.pem
