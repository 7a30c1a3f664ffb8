# The upstream is a name that only the old Compose network knew: the next start of nginx fails
# fails: proxy.valid
# may: proxy.running-matches-files proxy.reaches-flower network.flower-loopback
sed -i 's|http://127.0.0.1:5555;|http://flower.compose.invalid:5555;|' $SITE
