# The proxy does not mark cookies as Secure, and Flower never does
# fails: auth.cookie-flags
sed -i '/proxy_cookie_flags/d' $SITE
reload_nginx
