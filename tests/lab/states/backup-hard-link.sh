# One archive, and two more names for the same file
# fails: backup.kept
cd /srv/backup/flower
ls -t | tail -n +2 | xargs rm
ln "$(ls)" flower-latest.tar.gz
ln flower-latest.tar.gz flower-yesterday.tar.gz
