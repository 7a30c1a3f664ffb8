# A comment behind the accounts: systemd makes it part of the last password
# fails: auth.accounts-work auth.format-valid
# may: workers.visible workers.broker-seen-by-flower monitoring.workers-agree auth.api-usable workers.events auth.cross-site-refused
sed -i 's/^FLOWER_BASIC_AUTH=\([^,]*\),\(.*\)/FLOWER_BASIC_AUTH=\2,\1 # changed in May/' $ENVIRONMENT
restart_flower
