# The certificate names its host as its common name alone, which no browser reads any more
# fails: https.host-matches
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible https.renewal-works https.trusted https.chain-complete
# certificate: common-name
reload_nginx
