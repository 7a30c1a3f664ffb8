# The proxy sends the password itself: whoever comes is logged in
# fails: auth.pages-require-login auth.api-requires-login
# may: auth.not-bypassed auth.wrong-password-refused auth.control-requires-login secrets.files-private
sed -i "s|proxy_pass http://127.0.0.1:5555;|&\n        proxy_set_header Authorization \"Basic $(printf ops:hV7nQz3KpW9tXe5RmB2d | base64)\";|" $SITE
reload_nginx
