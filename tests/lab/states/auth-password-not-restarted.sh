# The password was set anew in the file, people use it, and Flower still knows the old one alone
# fails: auth.accounts-work config.running-matches-files
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.api-usable workers.events auth.cross-site-refused
cp -a $ENVIRONMENT /root/flower.env
sed -i 's/ops:[^,]*/ops:Tz6YbQ3mWn8LxKp2Vr9s/' $ENVIRONMENT
restart_flower
cat /root/flower.env > $ENVIRONMENT
