# A drop-in was written, and nobody said daemon-reload
# fails: service.reloaded
drop_in 'TimeoutStopSec=60'
