# The password of an account was changed, and whoever uses it was not told
# fails: auth.accounts-work
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.api-usable workers.events auth.cross-site-refused
sed -i 's/ops:[^,]*/ops:Tz6YbQ3mWn8LxKp2Vr9s/' $ENVIRONMENT
restart_flower
