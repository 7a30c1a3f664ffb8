# User and Group stand in Environment=, as the guide has them, and do nothing there
# fails: service.reloaded service.unprivileged-user
# may: service.directories-owned service.hardening secrets.files-private logging.rotation-works persistence.path-durable
sed -i 's/^User=\(.*\)/Environment="User=\1"/; s/^Group=\(.*\)/Environment="Group=\1"/; /^CapabilityBoundingSet=/d' $UNIT
restart_flower
