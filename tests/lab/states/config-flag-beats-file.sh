# A flag in the unit overrides the file, where the team edits
# fails: config.no-shadowing
sed -i 's|^ExecStart=.*|& --max-tasks=5000|' $UNIT
restart_flower
