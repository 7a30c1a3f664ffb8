# Flower behind nginx. Secrets come from /etc/flower/flower.env.
address = "127.0.0.1"
port = 5555
xheaders = True

persistent = True
db = "/var/lib/flower/flower.db"
state_save_interval = 60000  # milliseconds
max_tasks = 10000
purge_offline_workers = 300  # seconds

log_file_prefix = "/var/log/flower/flower.log"
