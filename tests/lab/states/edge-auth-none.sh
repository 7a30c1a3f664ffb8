# HTTPS ends on another host, and nobody set a password
# fails: auth.configured auth.pages-require-login
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.accounts-work
# edge: flower
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
restart_flower "http://$LAB_ADDRESS:5555"
