# flowerconfig.py was changed, and Flower runs on with the old values
# fails: config.running-matches-files
sleep 1
option max_tasks 5000
