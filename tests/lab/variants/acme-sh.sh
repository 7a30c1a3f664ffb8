# acme.sh keeps the certificate: cron runs it, and it reloads nginx
# packages: cron
acme_sh_instead
