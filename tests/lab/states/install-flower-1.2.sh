# Flower 1.2 was never upgraded; behind a password its API answers 405
# fails: install.flower-current auth.api-usable
# may: alerting.survives-absence
# flower: 1.2.0
true
