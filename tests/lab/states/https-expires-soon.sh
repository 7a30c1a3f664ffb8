# The certificate expires in ten days, and nothing renewed it
# fails: https.expires-later
# may: https.renewal-works
# certificate: expiring
reload_nginx
