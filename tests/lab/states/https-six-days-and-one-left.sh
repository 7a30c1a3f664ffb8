# A short-lived certificate has one of its six days left, and nothing renewed it
# fails: https.expires-later
# may: https.renewal-works
# certificate: short-lived
reload_nginx
