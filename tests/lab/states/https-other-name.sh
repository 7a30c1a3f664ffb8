# The certificate is for another name
# fails: https.host-matches
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# may: https.trusted https.chain-complete
# certificate: other-name
reload_nginx
