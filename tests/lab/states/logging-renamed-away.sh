# logrotate renames the file, and Flower writes on into the renamed one
# fails: logging.rotation-works
# may: logging.rotated
sed -i 's/^    copytruncate/    create 0640 celery celery/; s/^    delaycompress/    nocompress/; s/^    compress//' /etc/logrotate.d/flower
echo "[I] a line" >> /var/log/flower/flower.log
logrotate --force /etc/logrotate.d/flower
