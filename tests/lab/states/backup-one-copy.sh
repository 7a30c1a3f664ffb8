# Only one copy is kept
# fails: backup.kept
ls -t /srv/backup/flower/* | tail -n +2 | xargs rm
