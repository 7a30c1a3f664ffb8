# env(1) in the unit's command sets the password; ps does not show it, and `systemctl cat` does
# fails: secrets.not-in-unit
# may: secrets.files-private config.no-shadowing
sed -i "s|^ExecStart=|&/usr/bin/env $(grep ^FLOWER_BASIC_AUTH $ENVIRONMENT) |" $UNIT
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
restart_flower
