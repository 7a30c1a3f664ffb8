# The proxy asks for a password of its own, except for the API
# fails: proxy.access-control
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.wrong-password-refused
# may: auth.accounts-work auth.api-usable auth.cookie-flags auth.cross-site-refused workers.visible workers.broker-seen-by-flower
# may: monitoring.workers-agree auth.version-not-vulnerable auth.no-cors-wildcard proxy.reaches-flower config.debug-off https.hsts
echo 'ops:$apr1$x9yPGv2K$mTQS5sWVYkQ0cVZn0h7zq1' > /etc/nginx/flower.htpasswd
block=$(sed -n '/^    location \/ {/,/^    }/p' $SITE)
printf '%s\n' "$block" | sed 's|location /|location ~ ^/api/|' > /etc/nginx/snippets/flower-api.conf
sed -i 's|^    location / {|    include snippets/flower-api.conf;\n&\n        auth_basic "Flower";\n        auth_basic_user_file flower.htpasswd;|' $SITE
reload_nginx
