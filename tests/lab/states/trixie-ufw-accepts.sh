# ufw runs, and what no rule names is let in
# suite: trixie
# packages: ufw
# fails: network.default-deny
# may: network.both-families network.private-ports-closed
systemctl disable -q --now nftables
nft flush ruleset
ufw default allow incoming > /dev/null
for port in 22 80 443; do ufw allow $port/tcp > /dev/null; done
ufw --force enable > /dev/null
