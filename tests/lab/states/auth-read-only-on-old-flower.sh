# An account for those who only look, and read_only on a Flower that does not know it: they may do everything
# fails: auth.no-roles-assumed config.not-read-only-missing
# may: config.options-known auth.cross-site-refused alerting.survives-absence
# flower: 2.0.1
# account: none
# target: accounts: [{name: ops, password_env: FLOWER_AUDIT_PASSWORD, may: read}]
option read_only True
restart_flower
