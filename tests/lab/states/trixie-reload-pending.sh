# A drop-in was written, and nobody said daemon-reload
# suite: trixie
# fails: service.reloaded
sleep 1
drop_in 'MemoryMax=1G'
