# Flower 1.1.0: CVE-2022-30034, and an API that is dead behind a password
# fails: auth.version-not-vulnerable install.flower-current auth.api-usable
# may: auth.no-cors-wildcard alerting.survives-absence
# flower: 1.1.0
true
