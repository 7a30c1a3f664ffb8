# Flower runs as root, because the User= line was commented out
# fails: service.unprivileged-user
# may: service.directories-owned service.hardening secrets.files-private logging.rotation-works persistence.path-durable
sed -i 's/^User=/#&/; s/^Group=/#&/; s/^CapabilityBoundingSet=.*//' $UNIT
restart_flower
