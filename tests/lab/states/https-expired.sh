# The certificate expired yesterday
# fails: https.not-expired
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.trusted https.expires-later https.chain-complete https.renewal-works
# certificate: expired
reload_nginx
