# The environment of the unit's command was moved away: it fails until systemd gives up
# fails: service.running
# may: auth.pages-require-login auth.api-requires-login auth.control-requires-login auth.not-bypassed auth.accounts-work
# may: auth.wrong-password-refused auth.configured auth.api-usable auth.cookie-flags auth.format-valid auth.no-placeholder
# may: auth.password-strength auth.no-cors-wildcard auth.api-not-unauthenticated auth.cross-site-refused auth.no-roles-assumed
# may: auth.version-not-vulnerable auth.websocket-requires-login auth.oauth-complete auth.oauth-pattern-safe
# may: auth.oauth-pattern-admits auth.oauth-redirect-uri auth.oauth-login-redirects auth.cookie-secret
# may: workers.visible workers.broker-seen-by-flower workers.events workers.clock monitoring.metrics-served monitoring.metrics-valid
# may: monitoring.target-up monitoring.workers-agree monitoring.metrics-not-public network.port-owner network.flower-loopback
# may: config.running-matches-files config.options-known config.no-shadowing config.booleans-honoured config.cli-form config.debug-off
# may: config.not-read-only-missing broker.reachable broker.url-valid broker.requires-password broker.tls-when-remote
# may: broker.same-as-workers broker.management-api broker.no-eviction persistence.enabled persistence.saved-regularly
# may: persistence.path-durable persistence.readable persistence.space retention.limited retention.offline-workers
# may: secrets.not-in-command-line secrets.not-in-logs secrets.not-in-git secrets.example-is-clean secrets.files-private
# may: install.celery-compatible install.flower-current install.flower-installed install.python-supported install.broker-client
# may: https.no-version-leak proxy.prefix-consistent proxy.websocket proxy.host-header proxy.forwarded-headers alerting.rules-alive
# may: alerting.survives-absence logging.rotated logging.rotation-works logging.quiet service.memory-limit service.directories-owned
# may: service.not-flapping backup.restorable backup.elsewhere service.hardening service.file-limit
# may: proxy.reaches-flower service.unprivileged-user service.reloaded
sed -i 's|^ExecStart=/opt/flower/venv|ExecStart=/opt/flower/env|; s/^RestartSec=.*/RestartSec=100ms/' $UNIT
systemctl daemon-reload
systemctl restart flower || true
await 'systemctl is-failed -q flower'
