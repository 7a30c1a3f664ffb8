# Debian 13: newer systemd, nginx, Redis, Prometheus and Python
# suite: trixie
