# Debug was left on
# fails: config.debug-off
# may: logging.quiet secrets.not-in-logs
option debug True
restart_flower
