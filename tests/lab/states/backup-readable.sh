# Every local user may read the copies
# fails: backup.private
chmod 755 /srv/backup/flower
chmod 644 /srv/backup/flower/*
