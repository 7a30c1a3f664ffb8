# flowerconfig.py was changed, and Flower runs on with the old values
# suite: trixie
# fails: config.running-matches-files
# may: auth.configured auth.cookie-secret auth.format-valid auth.no-placeholder auth.oauth-complete auth.oauth-pattern-admits
# may: auth.oauth-pattern-safe auth.oauth-redirect-uri auth.password-strength
sleep 1
option max_tasks 5000
