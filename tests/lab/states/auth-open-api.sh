# No password, and FLOWER_UNAUTHENTICATED_API=true to make scripts work again
# fails: auth.configured auth.pages-require-login auth.api-requires-login auth.api-not-unauthenticated auth.control-requires-login
# may: auth.not-bypassed auth.wrong-password-refused auth.control-requires-login auth.accounts-work auth.api-usable
# may: auth.no-cors-wildcard auth.format-valid auth.no-placeholder auth.password-strength proxy.access-control auth.cross-site-refused
sed -i 's/^FLOWER_BASIC_AUTH.*/FLOWER_UNAUTHENTICATED_API=true/' $ENVIRONMENT
restart_flower
