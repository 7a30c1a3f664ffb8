# The unit is masked while Flower still runs: nothing will start it again
# fails: service.installed
# may: service.enabled service.reloaded service.restarts service.ordering service.cpu-quota service.memory-limit service.hardening
mv $UNIT /lib/systemd/system/
systemctl mask -q flower
