# No HSTS, and the proxy does not mark cookies as Secure; Flower never does
# fails: auth.cookie-flags https.hsts
sed -i '/proxy_cookie_flags/d; /Strict-Transport/d' $SITE
reload_nginx
