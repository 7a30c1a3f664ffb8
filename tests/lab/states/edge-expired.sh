# The certificate of the other host, where HTTPS ends, expired yesterday
# fails: https.not-expired
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.trusted https.expires-later https.chain-complete
# edge: flower
# certificate: expired
true
