# The proxy caches pages for all: what one colleague opened is shown to anybody
# fails: auth.pages-require-login
# may: auth.wrong-password-refused
cat > /etc/nginx/conf.d/cache.conf <<'C'
proxy_cache_path /var/cache/nginx-flower keys_zone=pages:1m;
C
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_cache pages;\n        proxy_cache_valid 200 10m;\n        proxy_ignore_headers Set-Cookie Vary;|' $SITE
reload_nginx
curl -skf -o /dev/null -u ops:hV7nQz3KpW9tXe5RmB2d https://$LAB_NAME/
