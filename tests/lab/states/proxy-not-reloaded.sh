# The site was changed, and nginx runs on with the old one
# fails: proxy.running-matches-files
sleep 3
sed -i 's/rate=20r/rate=10r/' $SITE
