# The guide's viewer is thought to be read-only, and may do everything
# fails: auth.no-roles-assumed
# account: none
# target: accounts: [{name: ops, password_env: FLOWER_AUDIT_PASSWORD, may: read}]
true
