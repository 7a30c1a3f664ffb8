# FLOWER_UNAUTHENTICATED_API=true was left in the container's environment file
# fails: auth.api-not-unauthenticated
# packages: podman iptables
flower_in_container
echo FLOWER_UNAUTHENTICATED_API=true >> $ENVIRONMENT
restart_flower
