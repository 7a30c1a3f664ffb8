# The newest copy is three days old
# fails: backup.fresh
# may: backup.last-run-succeeded
touch -d '3 days ago' /srv/backup/flower/*
for file in /srv/backup/flower/*; do mv $file /srv/backup/flower/flower-2026${RANDOM}.tar.gz; done
touch -d '3 days ago' /srv/backup/flower/*
