# `export` before the variable, as for a shell: systemd passes the line over, and Flower is open
# fails: auth.configured auth.pages-require-login
# may: auth.not-bypassed auth.wrong-password-refused auth.control-requires-login auth.accounts-work auth.api-usable
# may: auth.no-cors-wildcard workers.visible workers.broker-seen-by-flower auth.format-valid auth.no-placeholder auth.password-strength
# may: proxy.access-control auth.cross-site-refused auth.api-requires-login monitoring.workers-agree
sed -i 's/^FLOWER_BASIC_AUTH/export FLOWER_BASIC_AUTH/' $ENVIRONMENT
restart_flower
