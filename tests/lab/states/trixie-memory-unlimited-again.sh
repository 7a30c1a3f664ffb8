# A drop-in takes the memory limit away; this systemd tells the host's memory as the effective limit
# suite: trixie
# fails: service.memory-limit
# may: retention.limited
drop_in 'MemoryMax=infinity'
restart_flower
