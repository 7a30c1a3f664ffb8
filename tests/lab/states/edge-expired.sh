# The certificate of the other host, where HTTPS ends, expired yesterday
# fails: https.not-expired
# may: auth.accounts-work workers.visible workers.broker-seen-by-flower monitoring.workers-agree https.trusted https.expires-later
# edge: flower
# certificate: expired
true
