# An account without a colon
# fails: auth.format-valid
# may: auth.password-strength
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,viewer/' $ENVIRONMENT
restart_flower
