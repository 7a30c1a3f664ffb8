# A comma in a password: the second half becomes an account without a password
# fails: auth.format-valid
# may: auth.password-strength auth.no-placeholder
sed -i 's/^\(FLOWER_BASIC_AUTH=.*\)/\1,team:Zx81Kq,7LmNp29Rt/' $ENVIRONMENT
restart_flower
