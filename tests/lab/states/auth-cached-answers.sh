# The proxy caches the answers of the API by their path: what one script asked for, everybody gets
# fails: auth.api-requires-login auth.wrong-password-refused
# may: auth.control-requires-login auth.not-bypassed workers.visible monitoring.workers-agree
cat > /etc/nginx/conf.d/cache.conf <<'C'
proxy_cache_path /var/cache/nginx-flower keys_zone=answers:1m;
C
sed -i 's|proxy_pass http://127.0.0.1:5555;|&\n        proxy_cache answers;\n        proxy_cache_key $uri;\n        proxy_cache_valid 200 10m;\n        proxy_ignore_headers Set-Cookie Vary Cache-Control;|' $SITE
reload_nginx
curl -skf -o /dev/null -u ops:hV7nQz3KpW9tXe5RmB2d https://$LAB_NAME/api/workers
