# The certificate is for another name
# fails: https.host-matches
# may: https.trusted https.chain-complete
# certificate: other-name
reload_nginx
