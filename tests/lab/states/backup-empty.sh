# The newest archive holds an empty database
# fails: backup.restorable
cd /root && touch flower.db
newest=$(ls -t /srv/backup/flower/* | head -1)
tar czf "$newest" flower.db
