# Every night the disk is full: the unfinished archive of last night is new, the last whole copy is a week old
# fails: backup.fresh
cd /srv/backup/flower
for file in *; do touch -d '7 days ago' $file; done
head -c 700 "$(ls -t | head -1)" > flower-20261122-023000.tar.part
chown celery:celery *
