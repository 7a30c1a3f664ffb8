# Valkey instead of Redis
# suite: trixie
to_valkey
