# Debug was taken out of flowerconfig.py, and Flower runs on with it
# fails: config.running-matches-files
# may: config.debug-off auth.configured auth.cookie-secret auth.format-valid auth.no-placeholder auth.oauth-complete
# may: auth.oauth-pattern-admits auth.oauth-pattern-safe auth.oauth-redirect-uri auth.password-strength logging.quiet secrets.not-in-logs
option debug True
restart_flower
sleep 3
without_option debug
