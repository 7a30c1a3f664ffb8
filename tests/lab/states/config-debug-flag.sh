# Debug was switched on for one evening with systemctl edit --runtime, and left
# fails: config.debug-off
# may: logging.quiet secrets.not-in-logs
mkdir -p /run/systemd/system/flower.service.d
printf '[Service]\nExecStart=\nExecStart=/opt/flower/venv/bin/celery flower --conf=/etc/flower/flowerconfig.py --debug\n' \
    > /run/systemd/system/flower.service.d/override.conf
restart_flower
