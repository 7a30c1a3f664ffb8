# The reverse_proxy block was copied from a forum: Host of the upstream, no X-Forwarded headers, five seconds to answer
# packages: caddy
# policy: rate_limit=optional
# fails: proxy.host-header proxy.forwarded-headers proxy.timeouts
# may: auth.cross-site-refused https.http-redirects
caddy_instead
sed -i 's/^        reverse_proxy .*/&\n            header_up Host {upstream_hostport}\n            header_up -X-Forwarded-*\n            transport http {\n                read_timeout 5s\n                write_timeout 1500ms\n            }/' $CADDYFILE
reload_caddy
