# The interval of five minutes was corrected in prometheus.yml, and Prometheus was not reloaded
# fails: monitoring.interval
# may: monitoring.workers-agree monitoring.target-up alerting.rules-alive alerting.rules-meaningful monitoring.metrics-served
sed -i 's/scrape_interval: 5s/scrape_interval: 5m/' /etc/prometheus/prometheus.yml
reload_prometheus
sed -i 's/scrape_interval: 5m/scrape_interval: 15s/' /etc/prometheus/prometheus.yml
