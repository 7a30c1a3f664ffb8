# The newest copy has no bytes: the disk was full
# fails: backup.restorable
: > "$(ls -t /srv/backup/flower/* | head -1)"
