# A drop-in with the broker's password, readable as all units are
# fails: secrets.not-in-unit
# may: secrets.files-private config.no-shadowing
drop_in "Environment=CELERY_BROKER_URL=redis://:$BROKER_PASSWORD@127.0.0.1:6379/0"
restart_flower
