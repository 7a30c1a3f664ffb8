# A login in front of Flower sets its session without HttpOnly and SameSite
# fails: auth.cookie-flags
sed -i 's|    add_header Strict.*|&\n    add_header Set-Cookie "sso_session=kq3v9Zt1; Path=/; Secure" always;|' $SITE
reload_nginx
