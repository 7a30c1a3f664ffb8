# Somebody states that the documentation is up to date, and does not say which
# fails: people.documentation
# target: attestations: [{check: people.documentation, by: Ana Ruiz, date: TODAY}]
true
