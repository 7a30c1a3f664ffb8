# The site lies in conf.d, its headers in a snippet that both blocks include
grep add_header $SITE > /etc/nginx/snippets/headers.conf
sed -i '/add_header X-Frame/,/add_header Referrer/d; s|    add_header Strict.*|    include snippets/headers.conf;|' $SITE
mv $SITE /etc/nginx/conf.d/flower.conf
rm /etc/nginx/sites-enabled/flower
reload_nginx
