# Words for hosts whose certificate is really issued: pebble (Debian's ACME server for tests) on the host itself.
# `acme_server` starts it and has the host believe it; its root is left in /etc/acme-root.pem for the auditor.

ACME=https://acme.flower.test:14000/dir

acme_server() {
    local at=/etc/pebble
    mkdir -p $at
    echo '127.0.0.1 acme.flower.test' >> /etc/hosts
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=acme.flower.test' \
        -addext 'subjectAltName=DNS:acme.flower.test' -keyout $at/key.pem -out $at/cert.pem 2> /dev/null
    chmod 644 $at/key.pem
    cat > $at/config.json <<J
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
    "certificate": "$at/cert.pem", "privateKey": "$at/key.pem", "httpPort": 80, "tlsPort": 443,
    "certificateValidityPeriod": ${1:-7776000}}}
J
    cat > /etc/systemd/system/pebble.service <<U
[Service]
DynamicUser=yes
Environment=PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0
ExecStart=/usr/bin/pebble -config $at/config.json
U
    systemctl start pebble
    cp $at/cert.pem /usr/local/share/ca-certificates/acme.crt
    update-ca-certificates > /dev/null 2>&1
    await "curl -sf -o /dev/null $ACME"
    curl -sk https://127.0.0.1:15000/roots/0 > /etc/acme-root.pem
}

# nginx answers challenges from a folder, and everything else on port 80 with the redirect
answer_challenges() {
    mkdir -p /var/www/acme
    sed -i 's#^    return 301 https.*#    location /.well-known/acme-challenge/ { root /var/www/acme; }\n    location / { return 301 https://$host$request_uri; }#' $SITE
    reload_nginx
}

# certbot gets the host's certificate as an operator would; words are its further options
certbot_issues() {
    rm -rf /etc/letsencrypt/{live,archive,renewal}/*
    certbot certonly -q --non-interactive --agree-tos -m ops@flower.test --server $ACME -d $LAB_NAME "$@"
}

# certbot renews now what is not due for two months
renew() { certbot renew -q --force-renewal --no-random-sleep-on-renew; }
