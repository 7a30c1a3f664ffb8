# Somebody wrote down that read-only mode is off, as it is anyway
option read_only False
echo FLOWER_READ_ONLY=false >> $ENVIRONMENT
restart_flower
