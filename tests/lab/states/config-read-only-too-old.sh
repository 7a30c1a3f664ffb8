# Read-only mode is asked for in flowerconfig.py of Flower 2.0.1, which does not know it and lets everybody control
# fails: config.not-read-only-missing
# may: config.options-known auth.cross-site-refused alerting.survives-absence
# flower: 2.0.1
option read_only True
restart_flower
