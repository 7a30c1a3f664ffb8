# The proxy was never given a certificate, and people open Flower over plain http
# fails: https.served
# may: auth.accounts-work monitoring.workers-agree workers.broker-seen-by-flower workers.visible
# options: --flower-url=http://HOST/
perl -0pi -e 's/server \{[^}]*return 301[^}]*\}\n//; s/server \{[^}]*ssl_reject[^}]*\}\n//; s/^ *ssl_.*\n//mg;
    s/listen 443 ssl http2;/listen 80;/; s/listen \[::\]:443 ssl http2;/listen [::]:80;/' $SITE
reload_nginx
