# Two statements in flower-audit.yml were copied and never filled in
# fails: people.access-tested people.restore-tested
# target: attestations: [{check: people.access-tested, by: "?", date: TODAY}, {check: people.restore-tested, by: TODO, date: TODAY}]
true
