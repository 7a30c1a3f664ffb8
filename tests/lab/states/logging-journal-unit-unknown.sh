# SystemMaxUse=500MB: journald knows no MB, passes over the line, and keeps its default of 4 GiB
# fails: logging.journal-bounded
# policy: journal_max_bytes=1073741824
sed -i 's/^SystemMaxUse=.*/SystemMaxUse=500MB/' /etc/systemd/journald.conf.d/bounded.conf
systemctl restart systemd-journald
