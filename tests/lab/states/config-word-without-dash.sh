# An option without its dashes: Flower reads nothing that stands behind it
# fails: config.cli-form
sed -i 's|^ExecStart=.*|& port=5555 --max_tasks=10000|' $UNIT
restart_flower
