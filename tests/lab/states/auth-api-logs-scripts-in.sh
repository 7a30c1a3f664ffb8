# The proxy sends a password of its own to the API, so that scripts need none
# fails: auth.api-requires-login auth.control-requires-login
# may: secrets.files-private auth.not-bypassed auth.wrong-password-refused
sed -i "s|^    location / {|    location /api/ {\n        proxy_pass http://127.0.0.1:5555;\n        proxy_set_header Host \$http_host;\n        proxy_set_header X-Real-IP \$remote_addr;\n        proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Proto \$scheme;\n        proxy_hide_header X-Content-Type-Options;\n        proxy_set_header Authorization \"Basic $(printf ops:hV7nQz3KpW9tXe5RmB2d | base64)\";\n    }\n&|" $SITE
reload_nginx
