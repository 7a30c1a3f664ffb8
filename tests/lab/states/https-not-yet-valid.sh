# The certificate was made with a clock that runs ahead; it is valid from tomorrow on
# fails: https.not-expired
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible https.renewal-works https.trusted https.chain-complete
# certificate: not-yet
reload_nginx
