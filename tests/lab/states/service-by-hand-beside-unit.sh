# The unit was stopped for debugging, and Flower was started from a shell instead
# fails: service.running
# may: service.not-flapping service.memory-limit service.cpu-quota service.file-limit service.hardening service.unprivileged-user
# may: logging.rotated logging.quiet network.port-owner service.directories-owned retention.limited config.running-matches-files
systemctl stop flower
set -a; . $ENVIRONMENT; set +a
cd /opt/flower
by_hand /opt/flower/venv/bin/celery flower --conf=/etc/flower/flowerconfig.py
flower_answers
