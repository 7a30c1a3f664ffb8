# Restart= stands in [Unit], where systemd does not look for it
# fails: service.restarts service.reloaded
sed -i '/^Restart=/d; s/^Description=.*/&\nRestart=on-failure/' $UNIT
restart_flower
