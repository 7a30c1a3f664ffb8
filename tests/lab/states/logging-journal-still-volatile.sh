# Storage=persistent was written at last, and journald goes on in /run
# fails: logging.journal-persistent
sed -i 's/^Storage=.*/Storage=volatile/' /etc/systemd/journald.conf.d/bounded.conf
rm -r /var/log/journal
systemctl restart systemd-journald
sleep 1
sed -i 's/^Storage=.*/Storage=persistent/' /etc/systemd/journald.conf.d/bounded.conf
