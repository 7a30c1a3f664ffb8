# A relative path: where the database lies depends on where Flower is started
# fails: persistence.path-durable
# may: persistence.readable backup.last-run-succeeded service.directories-owned service.hardening
option db '"flower.db"'
sed -i 's|^WorkingDirectory=.*|WorkingDirectory=/var/lib/flower|' $UNIT
restart_flower
