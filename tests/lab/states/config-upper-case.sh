# Options in upper case, which Flower ignores
# fails: config.options-known persistence.enabled
# may: persistence.saved-regularly persistence.path-durable persistence.readable backup.last-run-succeeded
without_option persistent
option PERSISTENT True
restart_flower
