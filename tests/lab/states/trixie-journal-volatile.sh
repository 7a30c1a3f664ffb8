# The journal does not survive a reboot
# suite: trixie
# fails: logging.journal-persistent
sed -i 's/^Storage=.*/Storage=volatile/' /etc/systemd/journald.conf.d/bounded.conf
rm -r /var/log/journal
systemctl restart systemd-journald
