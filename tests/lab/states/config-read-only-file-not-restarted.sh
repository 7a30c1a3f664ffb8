# A viewer is told that all is read-only: flowerconfig.py says so, and Flower was not restarted
# fails: config.running-matches-files
# may: auth.configured auth.cookie-secret auth.format-valid auth.no-placeholder auth.oauth-complete auth.oauth-pattern-admits
# may: auth.oauth-pattern-safe auth.oauth-redirect-uri auth.password-strength
# may: config.not-read-only-missing auth.no-roles-assumed
# account: none
# target: accounts: [{name: ops, password_env: FLOWER_AUDIT_PASSWORD, may: read}]
sleep 1
option read_only True
