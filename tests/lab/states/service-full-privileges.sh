# A plus before the command starts it as root and takes every restriction of the unit away
# fails: service.unprivileged-user service.hardening
# may: service.directories-owned secrets.files-private logging.rotation-works persistence.path-durable
sed -i 's/^ExecStart=/&+/' $UNIT
restart_flower
