# Every local user may replace the history, which Flower unpickles
# fails: service.directories-owned
# may: persistence.path-durable
drop_in 'StateDirectoryMode=0777'
restart_flower
chmod 777 /var/lib/flower
