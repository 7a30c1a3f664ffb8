# The certificate is served without the intermediate
# fails: https.chain-complete
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.trusted
sed -i 's|/fullchain.pem|/cert.pem|' $SITE
reload_nginx
