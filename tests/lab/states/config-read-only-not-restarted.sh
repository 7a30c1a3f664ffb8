# Read-only mode was asked for in the unit's environment file, and Flower was not restarted
# fails: config.running-matches-files config.not-read-only-missing
echo FLOWER_READ_ONLY=true >> $ENVIRONMENT
