# Without state_save_interval only a clean stop saves
# fails: persistence.saved-regularly
without_option state_save_interval
restart_flower
