# state_save_interval = 60: sixty milliseconds
# fails: persistence.saved-regularly
option state_save_interval 60
restart_flower
