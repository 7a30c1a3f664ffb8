# max_tasks was never set
# fails: retention.limited
without_option max_tasks
restart_flower
