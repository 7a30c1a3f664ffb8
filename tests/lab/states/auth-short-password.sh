# A password of eight characters
# fails: auth.password-strength
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,night:qR7_wZ2k/' $ENVIRONMENT
restart_flower
