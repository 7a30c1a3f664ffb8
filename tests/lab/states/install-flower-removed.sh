# An upgrade by hand got as far as `pip uninstall`: Flower still runs, without its pages and without a known release
# fails: install.flower-installed
# may: alerting.survives-absence auth.accounts-work auth.api-not-unauthenticated auth.configured auth.cookie-secret
# may: auth.cross-site-refused auth.format-valid auth.no-placeholder auth.no-roles-assumed auth.oauth-complete
# may: auth.oauth-pattern-admits auth.oauth-pattern-safe auth.oauth-redirect-uri auth.password-strength
# may: auth.version-not-vulnerable backup.elsewhere backup.fresh backup.kept backup.last-run-succeeded backup.private
# may: backup.restorable backup.scheduled broker.management-api config.booleans-honoured config.cli-form
# may: config.no-shadowing config.not-read-only-missing config.options-known config.running-matches-files
# may: install.broker-client logging.rotated logging.rotation-works monitoring.metrics-served monitoring.workers-agree
# may: network.port-owner persistence.enabled persistence.path-durable persistence.readable
# may: persistence.saved-regularly persistence.space proxy.host-header proxy.websocket retention.limited
# may: retention.offline-workers secrets.not-in-logs service.directories-owned service.ordering
# may: workers.broker-seen-by-flower workers.events workers.visible
/opt/flower/venv/bin/pip uninstall -q -y flower
