# Grafana was set up for the machines only: no dashboard asks for Celery (something stands in for Grafana)
# fails: monitoring.dashboard
# options: --flower-grafana=https://HOST/grafana
dashboard machines 'node_load1' 'node_memory_MemAvailable_bytes'
grafana http://127.0.0.1:9090
