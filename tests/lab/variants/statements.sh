# People have stated that they logged in, restored a backup and read the runbook
# target: attestations: [{check: people.access-tested, by: Ana Ruiz, date: TODAY}, {check: people.restore-tested, by: Ben Osei, date: TODAY}, {check: people.documentation, by: Ana Ruiz, date: TODAY, link: "https://HOST/runbook.html"}]
sed -i 's|    location = /metrics {|    location = /runbook.html { alias /opt/flower/RUNBOOK.md; }\n&|' $SITE
reload_nginx
