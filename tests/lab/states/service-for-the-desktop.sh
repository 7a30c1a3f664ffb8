# The unit is wanted by graphical.target, and the host boots into multi-user.target
# fails: service.enabled
systemctl disable -q flower
sed -i 's/^WantedBy=.*/WantedBy=graphical.target/' $UNIT
systemctl daemon-reload
systemctl enable -q flower
systemctl set-default -q multi-user.target
