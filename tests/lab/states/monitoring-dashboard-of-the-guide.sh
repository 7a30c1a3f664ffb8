# Grafana's dashboard is made of the guide's queries, which no exporter here answers (something stands in for Grafana)
# fails: monitoring.dashboard
# options: --flower-grafana=https://HOST/grafana
dashboard celery 'rate(celery_tasks_total{state="SUCCESS"}[5m])' 'rate(celery_tasks_total{state="FAILURE"}[5m])' \
    'celery_workers_online' 'celery_queue_length' \
    'rate(celery_task_runtime_seconds_sum[5m]) / rate(celery_task_runtime_seconds_count[5m])'
grafana http://127.0.0.1:9090
