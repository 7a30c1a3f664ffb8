# A second rule file was added where the pattern finds it, and Prometheus was not reloaded
# fails: alerting.rules-current
cat > /etc/prometheus/rules/beat.yml <<'YML'
groups:
  - name: beat
    rules:
      - alert: CeleryNothingSucceeds
        expr: sum(increase(flower_events_total{type="task-succeeded"}[15m])) == 0
        for: 5m
        labels: {severity: critical}
        annotations: {summary: No task succeeded for a quarter of an hour}
YML
