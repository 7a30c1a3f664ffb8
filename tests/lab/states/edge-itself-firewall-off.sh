# Somebody flushed the firewall of the host where HTTPS ends
# fails: network.firewall-active
# edge: edge
true
# on the edge
nft flush ruleset
