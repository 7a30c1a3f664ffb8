# The container was made privileged to get around a permission
# fails: service.container-hardening
# packages: podman iptables
flower_in_container
sed -i -e 's/--cap-drop=all --security-opt=no-new-privileges/--privileged/' $UNIT
restart_flower
