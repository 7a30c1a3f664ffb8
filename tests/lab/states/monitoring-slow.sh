# Flower is scraped every five minutes
# fails: monitoring.interval
# may: monitoring.workers-agree monitoring.target-up alerting.rules-alive alerting.rules-meaningful monitoring.metrics-served
sed -i 's/scrape_interval: 5s/scrape_interval: 5m/' /etc/prometheus/prometheus.yml
reload_prometheus
