# Flower fits into its memory limit, with no room for the next burst of tasks
# fails: service.memory-limit retention.limited
option max_tasks 10000
restart_flower
pid=$(systemctl show flower -p MainPID --value)
rss=$(awk '/^VmRSS/ {print $2}' /proc/$pid/status)
drop_in "MemoryMax=$((rss + 2048))K"
systemctl daemon-reload
