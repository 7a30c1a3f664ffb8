# A drop-in sets a variable with Environment=, and the EnvironmentFile=, which wins, sets it too
# fails: config.no-shadowing
sed -i '/^max_tasks/d' /etc/flower/flowerconfig.py
echo FLOWER_MAX_TASKS=10000 >> $ENVIRONMENT
drop_in 'Environment=FLOWER_MAX_TASKS=5000'
restart_flower
