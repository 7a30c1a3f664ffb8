# The environment file belongs to the web server's user, who deployed it
# fails: secrets.files-private
chown www-data $ENVIRONMENT
