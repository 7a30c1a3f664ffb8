# The state's small file system has room, and no inodes left
# fails: persistence.space
# may: persistence.readable persistence.path-durable service.directories-owned logging.quiet backup.last-run-succeeded backup.elsewhere
systemctl stop flower
cp -a /var/lib/flower /root/state
mount -t tmpfs -o size=64M,nr_inodes=40,mode=0750,uid=$(id -u celery),gid=$(id -g celery) tmpfs /var/lib/flower
cp -a /root/state/. /var/lib/flower/
restart_flower
for n in $(seq 40); do touch /var/lib/flower/sess_$n 2> /dev/null || true; done
