# The bound of a hundred gigabytes was corrected in the file, and journald goes on with the old one
# fails: logging.journal-bounded
sed -i 's/^SystemMaxUse=.*/SystemMaxUse=100G/' /etc/systemd/journald.conf.d/bounded.conf
systemctl restart systemd-journald
sleep 1
sed -i 's/^SystemMaxUse=.*/SystemMaxUse=200M/' /etc/systemd/journald.conf.d/bounded.conf
