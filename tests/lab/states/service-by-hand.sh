# Flower was started from a shell with nohup; there is no unit
# fails: service.installed
# may: service.enabled service.running service.restarts service.memory-limit service.cpu-quota service.ordering
# may: service.hardening service.file-limit service.reloaded service.not-flapping service.unprivileged-user
# may: logging.rotated logging.quiet network.port-owner service.directories-owned retention.limited
systemctl disable -q --now flower
mv $UNIT /root/
systemctl daemon-reload
set -a; . $ENVIRONMENT; set +a
cd /opt/flower
by_hand /opt/flower/venv/bin/celery flower --conf=/etc/flower/flowerconfig.py
flower_answers
