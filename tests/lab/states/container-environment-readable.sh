# Every local user may read the file that podman run takes the password from
# fails: secrets.files-private
# packages: podman iptables
flower_in_container
chmod 0644 $ENVIRONMENT
restart_flower
