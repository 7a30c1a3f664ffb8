# `ssl` is missing after `listen 443`: the port speaks plain http
# fails: https.served
# may: connection.url https.certificate-reloaded
sed -i 's/ ssl http2;/;/; s/ ssl http2 default_server/ default_server/; /ssl_reject_handshake/d' $SITE
reload_nginx
