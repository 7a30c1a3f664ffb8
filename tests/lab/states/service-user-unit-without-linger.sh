# Flower is a unit of the service user's own systemd, which ends with that user's last session
# packages: dbus-user-session
# fails: service.enabled
own_unit
loginctl disable-linger celery 2> /dev/null || rm -f /var/lib/systemd/linger/celery
systemctl start user@$(id -u celery)
await "test -S /run/user/$(id -u celery)/systemd/private"
as_celery systemctl --user start flower
flower_answers
