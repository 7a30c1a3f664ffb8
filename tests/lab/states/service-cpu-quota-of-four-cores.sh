# CPUQuota allows more cores than the host has
# fails: service.cpu-quota
drop_in "CPUQuota=$(($(nproc) * 200))%"
restart_flower
