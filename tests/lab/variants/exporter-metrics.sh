# Prometheus reads the exporter only, and the rules use its metrics
sed -i '/job_name: flower/,/5555/d' /etc/prometheus/prometheus.yml
cat > /etc/prometheus/rules/celery.yml <<'C'
groups:
  - name: celery
    rules:
      - alert: CeleryHighFailureRatio
        expr: |
          sum(rate(celery_task_failed_total[5m]))
            / (sum(rate(celery_task_failed_total[5m])) + sum(rate(celery_task_succeeded_total[5m]))) > 0.2
        for: 5m
        annotations: {summary: More than a fifth of the tasks failed}
      - alert: CeleryNoWorkers
        expr: sum(celery_active_worker_count) == 0 or absent(celery_active_worker_count)
        for: 2m
        annotations: {summary: No Celery worker is online}
      - alert: CeleryHighQueueDepth
        expr: max by (queue_name) (celery_queue_length) > 1000
        for: 10m
        annotations: {summary: A queue is long}
      - alert: ExporterDown
        expr: up{job="celery"} == 0
        for: 2m
        annotations: {summary: The exporter does not answer}
C
reload_prometheus
