# The state lies on a small memory file system that is full
# fails: persistence.space persistence.path-durable
# may: persistence.readable service.directories-owned logging.quiet backup.last-run-succeeded backup.elsewhere
systemctl stop flower
cp -a /var/lib/flower /root/state
mount -t tmpfs -o size=1M,mode=0750,uid=$(id -u celery),gid=$(id -g celery) tmpfs /var/lib/flower
cp -a /root/state/. /var/lib/flower/
dd if=/dev/zero of=/var/lib/flower/ballast bs=1k count=960 status=none || true
restart_flower
