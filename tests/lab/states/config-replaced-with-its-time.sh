# flowerconfig.py was copied from a checkout with its old time kept, and Flower was not restarted
# fails: config.running-matches-files
# may: auth.configured auth.cookie-secret auth.format-valid auth.no-placeholder auth.oauth-complete config.debug-off
# may: auth.oauth-pattern-admits auth.oauth-pattern-safe auth.oauth-redirect-uri auth.password-strength
cp -a /etc/flower/flowerconfig.py /root/flowerconfig.py
sed -i 's/max_tasks = .*/max_tasks = 5000/' /root/flowerconfig.py
touch -d '2 days ago' /root/flowerconfig.py
sleep 3
cp -a --remove-destination /root/flowerconfig.py /etc/flower/flowerconfig.py
