# acme.sh should have renewed the certificate five days ago; cron throws its complaints away
# packages: cron
# fails: https.renewal-works
acme_sh_instead 'now - 5 days'
