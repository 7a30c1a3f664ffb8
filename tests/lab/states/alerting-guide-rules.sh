# The guide's rules as they stand: metrics that nobody exports
# fails: alerting.rules-alive alerting.survives-absence
# may: alerting.rules-meaningful alerting.rules-loaded alerting.rules-current
cat > /etc/prometheus/rules/celery.yml <<'YML'
groups:
  - name: celery
    interval: 30s
    rules:
      - alert: CeleryHighFailureRate
        expr: |
          rate(celery_tasks_total{state="FAILURE"}[5m]) > 0.1
        for: 5m
        annotations:
          summary: "High Celery task failure rate"
      - alert: CeleryNoWorkers
        expr: celery_workers_online == 0
        for: 2m
        annotations:
          summary: "No Celery workers online"
      - alert: CeleryHighQueueDepth
        expr: celery_queue_length > 1000
        for: 10m
        annotations:
          summary: "Celery queue depth exceeds threshold"
YML
reload_prometheus
