# Flower 1.2 was never upgraded; behind a password its API answers 405
# fails: install.flower-current auth.api-usable
# may: workers.visible workers.broker-seen-by-flower config.options-known persistence.readable
# may: auth.accounts-work monitoring.workers-agree auth.cross-site-refused retention.offline-workers alerting.survives-absence
# may: auth.version-not-vulnerable broker.same-as-workers workers.events
# flower: 1.2.0
true
