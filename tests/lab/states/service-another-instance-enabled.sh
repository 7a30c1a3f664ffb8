# flower@prod runs, and what was enabled is flower@production
# fails: service.enabled
# may: logging.rotated
systemctl disable -q --now flower
mv $UNIT /etc/systemd/system/flower@.service
systemctl daemon-reload
systemctl start flower@prod
systemctl enable -q flower@production
flower_answers
