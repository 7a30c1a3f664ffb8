# Each account in quotes of its own: systemd takes away the first pair alone
# fails: auth.format-valid
sed -i 's/^FLOWER_BASIC_AUTH=\([^,]*\),\(.*\)/FLOWER_BASIC_AUTH="\1","\2"/' $ENVIRONMENT
restart_flower
