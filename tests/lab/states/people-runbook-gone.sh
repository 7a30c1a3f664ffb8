# The runbook that somebody vouched for was moved, and its link is dead
# fails: people.documentation
# target: attestations: [{check: people.documentation, by: Ana Ruiz, date: TODAY, link: "https://HOST/runbook.html"}]
sed -i 's|    location = /metrics {|    location = /runbook.html { return 404; }\n&|' $SITE
reload_nginx
