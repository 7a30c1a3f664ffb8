# Flower was killed before it ever saved: the file is an empty placeholder
# fails: persistence.readable
# may: service.running service.not-flapping logging.quiet
systemctl stop flower
rm /var/lib/flower/flower.db*
restart_flower
systemctl kill --signal=KILL flower
sleep 6
flower_answers
touch -d '2 hours ago' /var/lib/flower/flower.db
