# Flower 2.0.1, whose metrics keep dead workers: the rule asks the exporter instead
# may: auth.cross-site-refused
# suite: trixie
# flower: 2.0.1
sed -i 's/sum(flower_worker_online) == 0 or absent(flower_worker_online)/sum(celery_active_worker_count) == 0 or absent(celery_active_worker_count)/' /etc/prometheus/rules/celery.yml
reload_prometheus
