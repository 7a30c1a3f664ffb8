# The rules were flushed to look for a fault, and never loaded again; the file is right
# fails: network.firewall-active
# may: network.default-deny network.both-families network.survives-reboot
nft flush ruleset
