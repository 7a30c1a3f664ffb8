# Flower 1.2.0: its operator cannot help that 1.x ends, and that its API is dead behind a password
# may: install.flower-current auth.api-usable
# flower: 1.2.0
sed -i 's/sum(flower_worker_online) == 0 or absent(flower_worker_online)/sum(celery_active_worker_count) == 0 or absent(celery_active_worker_count)/' /etc/prometheus/rules/celery.yml
reload_prometheus
