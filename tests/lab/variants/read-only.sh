# A Flower for those who only look: read_only is on, and the account is declared so
# account: none
# target: accounts: [{name: ops, password_env: FLOWER_AUDIT_PASSWORD, may: read}]
option read_only True
restart_flower
