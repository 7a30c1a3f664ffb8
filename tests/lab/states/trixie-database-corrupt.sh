# Pages of the SQLite database were overwritten while Flower was down; it goes on with a new one
# suite: trixie
# fails: persistence.readable
# may: logging.quiet service.not-flapping
systemctl stop flower
head -c 20000 /dev/urandom > /var/lib/flower/flower.db
restart_flower
