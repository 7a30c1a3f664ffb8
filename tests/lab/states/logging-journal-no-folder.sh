# The journal is left at its default, which keeps it where there is a folder for it, and there is none
# fails: logging.journal-persistent
rm /etc/systemd/journald.conf.d/bounded.conf
systemctl restart systemd-journald
rm -r /var/log/journal
systemctl restart systemd-journald
