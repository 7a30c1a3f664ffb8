# The certificate was renewed on disk, and nginx serves the old one
# fails: https.certificate-reloaded
# may: proxy.running-matches-files
# certificate: renewed
true
