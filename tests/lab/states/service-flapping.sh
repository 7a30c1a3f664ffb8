# Flower dies again and again and systemd restarts it
# fails: service.not-flapping
# may: logging.quiet persistence.readable
drop_in 'RestartSec=1'
restart_flower
for n in 1 2 3 4; do
    systemctl kill --signal=KILL flower
    sleep 2
    flower_answers
done
