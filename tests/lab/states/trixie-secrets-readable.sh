# Every local user may read the EnvironmentFile
# suite: trixie
# fails: secrets.files-private
chmod 644 $ENVIRONMENT
