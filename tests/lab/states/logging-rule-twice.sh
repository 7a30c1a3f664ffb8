# A second file rotates the same log: logrotate refuses it, and everything else in that file
# fails: logging.rotation-works
cat > /etc/logrotate.d/apps <<'R'
/var/log/flower/flower.log /var/log/shop/*.log {
    weekly
    rotate 4
    copytruncate
    missingok
    su celery celery
}
R
