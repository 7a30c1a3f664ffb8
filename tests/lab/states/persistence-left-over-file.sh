# Flower was once run by root and killed while it saved: its half-written file is in the way of every save since
# fails: persistence.saved-regularly
# may: logging.quiet backup.last-run-succeeded
option state_save_interval 10000
restart_flower
install -m 600 -o root -g root /dev/null /var/lib/flower/flower.db.tmp
timeout 90 bash -c 'until [ $(ps -o etimes= -p $(systemctl show flower -p MainPID --value)) -gt 62 ]; do sleep 1; done'
