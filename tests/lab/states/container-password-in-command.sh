# The password was given with -e in the unit's podman run
# fails: secrets.not-in-unit
# may: secrets.files-private
# packages: podman iptables
flower_in_container
password=$(grep ^FLOWER_BASIC_AUTH $ENVIRONMENT)
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
sed -i "s#--env-file=#-e $password &#" $UNIT
restart_flower
