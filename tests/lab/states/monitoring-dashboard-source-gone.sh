# Grafana's data source still points to the port of a Prometheus that was moved (something stands in for Grafana)
# fails: monitoring.dashboard
# options: --flower-grafana=https://HOST/grafana
dashboard celery 'flower_worker_online' 'rate(flower_events_total[5m])'
grafana http://127.0.0.1:9091
