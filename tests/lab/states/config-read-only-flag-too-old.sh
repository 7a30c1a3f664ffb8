# Flower 1.2.0 was started with --read_only=True, which it does not know
# fails: config.not-read-only-missing
# may: config.options-known install.flower-current auth.api-usable alerting.survives-absence
# flower: 1.2.0
sed -i 's|^ExecStart=.*|& --read_only=True|' $UNIT
restart_flower
