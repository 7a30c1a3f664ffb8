# The database was moved to another disk, and the hardened unit lets Flower write only to the old place
# fails: logging.quiet
# may: persistence.readable service.directories-owned backup.scheduled backup.fresh backup.elsewhere
# may: backup.kept backup.last-run-succeeded backup.private backup.restorable persistence.path-durable
install -d -m 0750 -o celery -g celery /srv/flower
option db '"/srv/flower/flower.db"'
restart_flower
restart_flower # it saves when it stops, and cannot
