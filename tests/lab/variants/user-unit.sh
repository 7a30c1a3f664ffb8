# Flower is a unit of the service user's own systemd, which lingers
# packages: dbus-user-session
own_unit
