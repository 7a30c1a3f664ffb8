# Flower 1.1.0: CVE-2022-30034, and an API that is dead behind a password
# fails: auth.version-not-vulnerable install.flower-current auth.api-usable
# may: auth.no-cors-wildcard workers.visible workers.broker-seen-by-flower auth.accounts-work monitoring.workers-agree config.options-known auth.cross-site-refused
# may: retention.offline-workers broker.same-as-workers workers.events alerting.survives-absence persistence.readable
# flower: 1.1.0
true
