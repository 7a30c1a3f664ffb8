# The password stands in the command line, for `ps` to show
# fails: secrets.not-in-command-line
# may: secrets.not-in-unit config.no-shadowing
sed -i "s|^ExecStart=.*|& --basic_auth=$(sed -n 's/^FLOWER_BASIC_AUTH=//p' $ENVIRONMENT)|" $UNIT
restart_flower
