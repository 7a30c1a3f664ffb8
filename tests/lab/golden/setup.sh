# Runs as root in the tree before its first boot.
useradd --system --home-dir /var/lib/flower --no-create-home --shell /usr/sbin/nologin celery
for user in audit plain; do
    useradd --create-home --shell /bin/bash "$user"
    install -d -m 0700 -o "$user" -g "$user" "/home/$user/.ssh"
    install -m 0600 -o "$user" -g "$user" "/root/$user.pub" "/home/$user/.ssh/authorized_keys"
    rm "/root/$user.pub"
done
chmod 0440 /etc/sudoers.d/audit

install -d -m 0755 -o root -g root /srv/backup /opt/flower
chmod 0600 /etc/flower/flower.env /etc/celery/celery.env
chgrp celery /etc/flower/flowerconfig.py
chmod 0640 /etc/flower/flowerconfig.py
chmod 0644 /etc/systemd/system/*.service /etc/systemd/system/*.timer /etc/nftables.conf
chmod 0755 /usr/local/sbin/flower-backup /opt/celery-exporter/celery-exporter /opt/alert-receiver/alert-receiver
install -d -m 0700 /etc/letsencrypt/live /etc/letsencrypt/archive

sed -i -e 's/^bind .*/bind 127.0.0.1 -::1/' \
    -e 's/^# *requirepass .*/requirepass vM2rT9qLx4Wn8ZsK7cYb/' \
    -e 's/^# *maxmemory <bytes>/maxmemory 128mb/' \
    -e 's/^# *maxmemory-policy .*/maxmemory-policy noeviction/' /etc/redis/redis.conf
grep -q '^requirepass' /etc/redis/redis.conf
grep -q '^maxmemory-policy noeviction' /etc/redis/redis.conf

rm -f /etc/nginx/sites-enabled/default
ln -s ../sites-available/flower /etc/nginx/sites-enabled/flower

# Everything that would reach for a network this host does not have.
systemctl disable --quiet apt-daily.timer apt-daily-upgrade.timer
systemctl enable --quiet flower celery celery-exporter flower-backup.timer nftables nginx redis-server prometheus \
    prometheus-alertmanager alert-receiver certbot.timer logrotate.timer ssh
systemctl mask --quiet console-getty.service getty.target systemd-firstboot.service
rm -f /etc/machine-id
systemd-machine-id-setup
install -d -m 2755 -g systemd-journal /var/log/journal
