# The password in a flowerconfig.py that every local user may read
# fails: secrets.files-private
# may: config.no-shadowing
option basic_auth "\"$(sed -n 's/^FLOWER_BASIC_AUTH=//p' $ENVIRONMENT)\""
chmod 644 /etc/flower/flowerconfig.py
restart_flower
