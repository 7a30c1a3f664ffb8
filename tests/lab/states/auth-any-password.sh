# The proxy logs everybody in who sends any password at all
# fails: auth.wrong-password-refused
# may: secrets.files-private
cat > /etc/nginx/conf.d/login.conf <<C
map \$http_authorization \$flower_login {
    ''      '';
    default 'Basic $(printf ops:hV7nQz3KpW9tXe5RmB2d | base64)';
}
C
chmod 600 /etc/nginx/conf.d/login.conf
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_set_header Authorization $flower_login;|' $SITE
reload_nginx
