# The certificate expired yesterday
# fails: https.not-expired
# may: https.trusted https.expires-later https.chain-complete https.renewal-works
# certificate: expired
reload_nginx
