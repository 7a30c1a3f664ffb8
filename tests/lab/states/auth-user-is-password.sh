# An account whose password is its name
# fails: auth.no-placeholder
# may: auth.password-strength
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,monitoring:monitoring/' $ENVIRONMENT
restart_flower
