# A hundred thousand tasks need half a gigabyte, the limit is 300 MB
# fails: retention.limited
# may: service.memory-limit
option max_tasks 100000
drop_in MemoryMax=300M
restart_flower
