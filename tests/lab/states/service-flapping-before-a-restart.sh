# Flower died again and again; then somebody restarted it by hand, and systemd counts from nought
# fails: service.not-flapping
# may: logging.quiet persistence.readable
drop_in 'RestartSec=1'
restart_flower
for n in 1 2 3; do
    systemctl kill --signal=KILL flower
    sleep 2
    flower_answers
done
systemctl restart flower
flower_answers
