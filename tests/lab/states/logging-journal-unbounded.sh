# The journal may grow to a hundred gigabytes
# fails: logging.journal-bounded
sed -i 's/^SystemMaxUse=.*/SystemMaxUse=100G/' /etc/systemd/journald.conf.d/bounded.conf
systemctl restart systemd-journald
