# Nothing is kept over a restart
# fails: persistence.enabled
# may: persistence.saved-regularly persistence.path-durable persistence.readable persistence.space backup.last-run-succeeded
without_option persistent
restart_flower
