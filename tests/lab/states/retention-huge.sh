# Five million tasks
# fails: retention.limited
option max_tasks 5000000
restart_flower
