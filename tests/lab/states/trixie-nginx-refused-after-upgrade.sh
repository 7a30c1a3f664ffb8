# A file of Debian 12's nginx was kept: `server_tokens` is said twice now, and the next start of nginx fails
# suite: trixie
# fails: proxy.valid
# may: proxy.running-matches-files
echo 'server_tokens off;' > /etc/nginx/conf.d/quiet.conf
