# The policy wants a guard in the proxy; it asks for a password or for an address, and every address will do
# fails: proxy.access-control
# policy: access_control=required
echo 'ops:$apr1$x9yPGv2K$mTQS5sWVYkQ0cVZn0h7zq1' > /etc/nginx/flower.htpasswd
sed -i 's|^    location / {|&\n        satisfy any;\n        allow all;\n        auth_basic "Flower";\n        auth_basic_user_file flower.htpasswd;|' $SITE
reload_nginx
