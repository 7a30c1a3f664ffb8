# A worker's clock is half an hour slow: its events come out of the past (libfaketime in the clock's place)
# fails: logging.quiet
# packages: libfaketime
mkdir -p /etc/systemd/system/celery.service.d
printf '[Service]\nEnvironment=LD_PRELOAD=%s FAKETIME=-30m\n' \
    /usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 > /etc/systemd/system/celery.service.d/clock.conf
systemctl daemon-reload
systemctl restart celery
await 'grep -q "Substantial drift" /var/log/flower/flower.log || journalctl -u flower | grep -q "Substantial drift"'
