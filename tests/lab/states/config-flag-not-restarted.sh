# The unit was edited and systemd reloaded, and Flower runs on as it was started
# fails: config.running-matches-files
sed -i 's|^ExecStart=.*|& --max_tasks=5000|' $UNIT
systemctl daemon-reload
