# User= was added to the unit and reloaded, and Flower still runs as root
# fails: service.unprivileged-user
# may: service.directories-owned secrets.files-private logging.rotation-works persistence.path-durable
cp $UNIT /root/good
sed -i 's/^User=/#&/; s/^Group=/#&/; s/^CapabilityBoundingSet=.*//' $UNIT
restart_flower
cp /root/good $UNIT
systemctl daemon-reload
