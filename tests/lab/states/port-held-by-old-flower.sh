# A Flower that somebody once started by hand holds the port, and the unit's own gave up
# fails: service.running
# may: service.running service.not-flapping proxy.reaches-flower auth.pages-require-login auth.api-requires-login auth.not-bypassed
# may: auth.accounts-work auth.wrong-password-refused auth.configured auth.api-usable auth.control-requires-login auth.cookie-flags
# may: auth.format-valid auth.no-placeholder auth.password-strength auth.no-cors-wildcard auth.api-not-unauthenticated
# may: auth.cross-site-refused auth.no-roles-assumed auth.version-not-vulnerable auth.websocket-requires-login auth.oauth-complete
# may: auth.oauth-pattern-safe auth.oauth-pattern-admits auth.oauth-redirect-uri auth.cookie-secret
# may: workers.visible workers.broker-seen-by-flower workers.events workers.clock monitoring.metrics-served monitoring.metrics-valid
# may: monitoring.target-up monitoring.workers-agree monitoring.metrics-not-public network.flower-loopback
# may: config.running-matches-files config.options-known config.no-shadowing config.booleans-honoured config.cli-form config.debug-off
# may: config.not-read-only-missing broker.reachable broker.url-valid broker.requires-password broker.tls-when-remote
# may: broker.same-as-workers broker.management-api broker.no-eviction persistence.enabled persistence.saved-regularly
# may: persistence.path-durable persistence.readable persistence.space retention.limited retention.offline-workers
# may: secrets.not-in-command-line secrets.not-in-logs secrets.not-in-git secrets.example-is-clean secrets.files-private
# may: install.celery-compatible install.flower-current install.flower-installed install.python-supported install.broker-client
# may: https.no-version-leak proxy.prefix-consistent proxy.websocket proxy.host-header proxy.forwarded-headers alerting.rules-alive
# may: alerting.survives-absence logging.rotated logging.rotation-works logging.quiet service.memory-limit service.directories-owned
# may: https.hsts https.headers backup.restorable backup.elsewhere service.hardening service.file-limit
# may: network.port-owner service.unprivileged-user service.cpu-quota
systemctl stop flower
sed -i 's/^RestartSec=.*/RestartSec=1/; s/^Description=.*/&\nStartLimitIntervalSec=300\nStartLimitBurst=2/' $UNIT
systemctl daemon-reload
set -a; . $ENVIRONMENT; set +a
cd /opt/flower
by_hand /opt/flower/venv/bin/celery flower --conf=/etc/flower/flowerconfig.py
flower_answers
systemctl start flower
await 'systemctl is-failed -q flower'
