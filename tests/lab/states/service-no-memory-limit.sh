# A drop-in takes the memory limit of the unit away
# fails: service.memory-limit
# may: retention.limited
drop_in 'MemoryMax=infinity'
restart_flower
