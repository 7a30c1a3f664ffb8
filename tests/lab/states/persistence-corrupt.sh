# The database broke; Flower 2.2 put it aside and began anew
# fails: persistence.readable
# may: logging.quiet service.not-flapping
systemctl kill --signal=KILL flower
systemctl stop flower
head -c 20000 /dev/urandom > /var/lib/flower/flower.db
restart_flower
