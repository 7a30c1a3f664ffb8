# A long password of one repeated character
# fails: auth.password-strength
# may: auth.no-placeholder
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,night:aaaaaaaaaaaaaaaaaaaa/' $ENVIRONMENT
restart_flower
