# The copies were closed to others only some time ago: the old ones may still be read by everybody
# fails: backup.private
cd /srv/backup/flower
newest=$(ls -t | head -1)
for day in $(seq 10 21); do
    cp $newest flower-202611$day-023000.tar.gz
    touch -d "$((22 - day)) days ago" flower-202611$day-023000.tar.gz
done
chown celery:celery *
chmod 600 *
chmod 644 flower-20261110-023000.tar.gz
chmod 755 .
