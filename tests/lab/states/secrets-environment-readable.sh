# Every local user may read the EnvironmentFile
# fails: secrets.files-private
chmod 644 $ENVIRONMENT
