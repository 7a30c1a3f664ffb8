# The password stands in the quadlet, as Environment= of its [Container]
# suite: trixie
# fails: secrets.not-in-unit
# may: secrets.files-private
# packages: podman iptables
flower_in_container
quadlet
password=$(grep ^FLOWER_BASIC_AUTH $ENVIRONMENT)
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
sed -i "s#^EnvironmentFile=.*#&\nEnvironment=$password#" /etc/containers/systemd/flower.container
restart_flower
