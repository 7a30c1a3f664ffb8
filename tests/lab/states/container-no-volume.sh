# The database lies in the container itself, and goes when the container is made anew
# fails: persistence.path-durable service.container-hardening
# may: persistence.readable backup.scheduled backup.last-run-succeeded backup.fresh backup.restorable backup.elsewhere
# packages: podman iptables
flower_in_container
sed -i 's#^db = .*#db = "/app/flower.db"#' /etc/flower/container.py
sed -i -e '/-v flower-data/d' -e 's/--read-only //' $UNIT
restart_flower
