# Every local user may read the history: the database is 0644 in an open directory
# fails: persistence.path-durable
drop_in $'StateDirectoryMode=0755\nUMask=0022'
restart_flower
chmod 755 /var/lib/flower; chmod 644 /var/lib/flower/flower.db
