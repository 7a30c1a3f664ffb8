# Google OAuth on Flower 1.2.0, where Google is the provider unless another one is named: its login carries no state
# fails: auth.oauth-login-redirects
# may: install.flower-current auth.api-usable
# flower: 1.2.0
# account: none
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
cat >> $ENVIRONMENT <<C
FLOWER_OAUTH2_KEY=840921743310-5k2hq7v9tz3m.apps.googleusercontent.com
FLOWER_OAUTH2_SECRET=GOCSPX-t8Vq2LmZr5Wc9KxY4nHd
FLOWER_OAUTH2_REDIRECT_URI=https://$LAB_NAME/login
FLOWER_COOKIE_SECRET=pR7wXz2Kv9LqTm4sYc8Nd3Fh6Jb1Ge5A
C
option auth '"ana@flower.test|ben@flower.test"'
sed -i 's/sum(flower_worker_online) == 0 or absent(flower_worker_online)/sum(celery_active_worker_count) == 0 or absent(celery_active_worker_count)/' /etc/prometheus/rules/celery.yml
systemctl restart flower
reload_prometheus
flower_answers
