# Grafana with a dashboard about Flower among others (something that speaks its API stands in for it)
# options: --flower-grafana=https://HOST/grafana
dashboard celery 'flower_worker_online{worker=~"$worker"}' \
    'sum by (type) (rate(flower_events_total{worker=~"$worker"}[$__rate_interval]))' \
    'histogram_quantile(0.95, sum by (le, task) (rate(flower_task_runtime_seconds_bucket[5m])))' \
    'rate(flower_events_total{type="task-retried"}[5m])' 'celery_queue_length'
dashboard machines 'node_load1' 'node_memory_MemAvailable_bytes'
grafana http://127.0.0.1:9090
