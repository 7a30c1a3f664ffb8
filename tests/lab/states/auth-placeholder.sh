# The password of the guide was never replaced
# fails: auth.no-placeholder
# may: auth.password-strength
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,admin:your_secure_password_here/' $ENVIRONMENT
restart_flower
