# Nobody set a password
# fails: auth.configured auth.pages-require-login
# may: auth.not-bypassed auth.wrong-password-refused auth.control-requires-login auth.accounts-work auth.api-usable
# may: auth.no-cors-wildcard workers.visible workers.broker-seen-by-flower auth.format-valid auth.no-placeholder auth.password-strength
# may: proxy.access-control auth.cross-site-refused auth.api-requires-login monitoring.workers-agree
sed -i '/^FLOWER_BASIC_AUTH/d' $ENVIRONMENT
restart_flower
