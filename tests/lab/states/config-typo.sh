# max_task instead of max_tasks in flowerconfig.py
# fails: config.options-known retention.limited
without_option max_tasks
option max_task 10000
restart_flower
