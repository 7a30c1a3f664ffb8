# /etc/rc.local starts Flower in the background; it has no unit of its own
# fails: service.installed
# may: service.enabled service.running service.restarts service.memory-limit service.cpu-quota service.ordering
# may: service.hardening service.file-limit service.reloaded service.not-flapping service.unprivileged-user
# may: logging.rotated logging.quiet network.port-owner service.directories-owned retention.limited
systemctl disable -q --now flower
rm $UNIT
cat > /etc/rc.local <<'S'
#!/bin/sh
set -a; . /etc/flower/flower.env; set +a
cd /opt/flower
setpriv --reuid=celery --regid=celery --init-groups /opt/flower/venv/bin/celery flower --conf=/etc/flower/flowerconfig.py \
    > /dev/null 2>&1 &
exit 0
S
chmod 755 /etc/rc.local
systemctl daemon-reload
systemctl start rc-local
flower_answers
