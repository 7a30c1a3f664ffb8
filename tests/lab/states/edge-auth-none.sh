# HTTPS ends on another host, and nobody set a password
# fails: auth.configured auth.pages-require-login
# may: auth.wrong-password-refused auth.control-requires-login auth.accounts-work auth.api-usable auth.api-requires-login
# may: auth.no-cors-wildcard workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.cross-site-refused
# edge: flower
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
restart_flower "http://$LAB_ADDRESS:5555"
