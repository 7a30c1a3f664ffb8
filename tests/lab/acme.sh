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

# acme.sh in certbot's place: its files as it writes them, a program in its place, and cron
acme_sh_instead() {
    local home=/root/.acme.sh tls=/etc/nginx/tls
    mkdir -p $home/${LAB_NAME}_ecc $tls
    printf '#!/bin/sh\n' > $home/acme.sh
    chmod 700 $home $home/acme.sh
    install -m 644 /etc/letsencrypt/live/$LAB_NAME/fullchain.pem $tls/fullchain.pem
    install -m 600 /etc/letsencrypt/live/$LAB_NAME/privkey.pem $tls/privkey.pem
    cat > $home/${LAB_NAME}_ecc/$LAB_NAME.conf <<C
Le_Domain='$LAB_NAME'
Le_Alt='no'
Le_Webroot='/var/www/acme'
Le_API='$ACME'
Le_Keylength='ec-256'
Le_CertCreateTime='$(date -d "${1:-now + 59 days} - 60 days" +%s)'
Le_NextRenewTime='$(date -d "${1:-now + 59 days}" +%s)'
Le_RealCertPath=''
Le_RealKeyPath='$tls/privkey.pem'
Le_RealFullChainPath='$tls/fullchain.pem'
Le_ReloadCmd='__ACME_BASE64__START_$(printf 'systemctl reload nginx' | base64)__ACME_BASE64__END_'
C
    echo "17 3 * * * \"$home\"/acme.sh --cron --home \"$home\" > /dev/null" | crontab -
    systemctl disable -q --now certbot.timer
    rm -rf /etc/letsencrypt/{live,archive,renewal}/*
    sed -i "s#/etc/letsencrypt/live/$LAB_NAME#$tls#" $SITE
    answer_challenges
}
