# The site is closed, and the same metrics are handed out in the server that listens to the bare address
# fails: monitoring.metrics-not-public proxy.unknown-host
# may: auth.not-bypassed
sed -i '0,/    return 444;/s||    location / { return 444; }\n    location = /metrics { proxy_pass http://127.0.0.1:5555; }|' $SITE
reload_nginx
