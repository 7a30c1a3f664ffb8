# The folder of the database is a link into /dev/shm, where saving is fast
# fails: persistence.path-durable
# may: persistence.readable backup.last-run-succeeded backup.elsewhere backup.restorable service.directories-owned backup.scheduled
install -d -m 0750 -o celery -g celery /dev/shm/flower
ln -s /dev/shm/flower /srv/flower
option db '"/srv/flower/flower.db"'
drop_in 'ReadWritePaths=/dev/shm'
restart_flower
