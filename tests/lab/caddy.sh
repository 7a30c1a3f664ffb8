# Caddy in nginx's place, as exemplary as it is; states change /etc/caddy/Caddyfile and reload it
caddy_instead() {
    systemctl disable -q --now nginx
    apt-mark hold nginx > /dev/null
    install -d -m 0750 -o root -g caddy /etc/caddy/tls
    install -m 0644 /etc/letsencrypt/live/$LAB_NAME/fullchain.pem /etc/caddy/tls/fullchain.pem
    install -m 0640 -g caddy /etc/letsencrypt/live/$LAB_NAME/privkey.pem /etc/caddy/tls/privkey.pem
    cat > /usr/local/sbin/give-caddy-its-certificate <<C
#!/bin/sh -e
install -m 0644 /etc/letsencrypt/live/$LAB_NAME/fullchain.pem /etc/caddy/tls/fullchain.pem
install -m 0640 -g caddy /etc/letsencrypt/live/$LAB_NAME/privkey.pem /etc/caddy/tls/privkey.pem
systemctl reload caddy
C
    chmod 755 /usr/local/sbin/give-caddy-its-certificate
    mkdir -p /var/www/acme
    sed -i 's/^authenticator = nginx/authenticator = webroot\nwebroot_path = \/var\/www\/acme,/
        s/^installer = nginx/renew_hook = \/usr\/local\/sbin\/give-caddy-its-certificate/' /etc/letsencrypt/renewal/*.conf
    printf '[[webroot_map]]\n%s = /var/www/acme\n' $LAB_NAME >> /etc/letsencrypt/renewal/$LAB_NAME.conf
    cat > /etc/caddy/Caddyfile <<C
{
    auto_https disable_certs
}

http://$LAB_NAME {
    handle /.well-known/acme-challenge/* {
        root * /var/www/acme
        file_server
    }
    handle {
        redir https://{host}{uri} permanent
    }
}

https://$LAB_NAME {
    tls /etc/caddy/tls/fullchain.pem /etc/caddy/tls/privkey.pem
    header {
        Strict-Transport-Security "max-age=63072000"
        X-Frame-Options DENY
        Content-Security-Policy "frame-ancestors 'none'"
        X-Content-Type-Options nosniff
        Referrer-Policy same-origin
        -Server
        defer
    }
    handle /metrics {
        respond 403
    }
    handle {
        reverse_proxy 127.0.0.1:5555 {
            header_up X-Real-IP {remote_host}
            header_down Set-Cookie "(.*)" "\$1; Secure"
        }
    }
}
C
    systemctl enable -q caddy
    systemctl restart caddy
    await "curl -sk -o /dev/null --resolve $LAB_NAME:443:127.0.0.1 https://$LAB_NAME/"
}

CADDYFILE=/etc/caddy/Caddyfile
reload_caddy() { systemctl reload caddy && sleep 0.5; }
