# The database lies in /tmp
# fails: persistence.path-durable
# may: persistence.readable backup.restorable backup.last-run-succeeded persistence.space service.directories-owned backup.elsewhere
# may: backup.scheduled
option db '"/tmp/flower.db"'
restart_flower
