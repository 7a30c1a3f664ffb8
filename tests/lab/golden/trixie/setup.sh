# nginx 1.25 made a directive of its own of `listen … http2`, and warns of the old form.
sed -i -E -e 's/^( *listen .* ssl) http2/\1/' -e 's/^( *)(listen \[::\]:443 ssl.*)/\1\2\n\1http2 on;/' \
    /etc/nginx/sites-available/flower
[ "$(grep -c 'http2 on;' /etc/nginx/sites-available/flower)" = 2 ]

# Its nginx.conf sets `server_tokens build;`, which may be said only once.
sed -i 's/server_tokens build;/server_tokens off;/' /etc/nginx/nginx.conf
grep -q 'server_tokens off;' /etc/nginx/nginx.conf
rm /etc/nginx/conf.d/quiet.conf

systemctl disable --quiet valkey-server # it would want the port of Redis
