# HTTP/2 was switched off in the site's file, and nginx runs on with it
# suite: trixie
# fails: proxy.running-matches-files
sleep 3
sed -i 's/http2 on;/http2 off;/' $SITE
