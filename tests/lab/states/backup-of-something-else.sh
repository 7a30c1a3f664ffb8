# The newest archive holds no Flower database
# fails: backup.restorable
cd /etc && tar czf "$(ls -t /srv/backup/flower/* | head -1)" hostname hosts
