# The configuration on disk does not parse: the next restart of nginx fails
# fails: proxy.valid
# may: proxy.running-matches-files proxy.forwarded-headers proxy.websocket proxy.host-header proxy.timeouts proxy.rate-limit
# may: proxy.access-control proxy.site-enabled proxy.present proxy.reaches-flower proxy.prefix-consistent proxy.unknown-host
# may: network.flower-loopback https.certificate-reloaded https.key-private https.renewal-works https.renewal-scheduled
echo 'server { listen 81' >> $SITE
