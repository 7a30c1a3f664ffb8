# The site under Flower's former name was kept for bookmarks, and never got the rate limit
# fails: proxy.rate-limit
# may: auth.not-bypassed
cat > /etc/nginx/conf.d/former-name.conf <<C
server {
    listen 443 ssl;
    server_name celery.$LAB_NAME;
    ssl_certificate     /etc/letsencrypt/live/$LAB_NAME/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/$LAB_NAME/privkey.pem;
    location / {
        proxy_pass http://127.0.0.1:5555;
    }
}
C
reload_nginx
