# Flower 2.1.0, which cannot refuse cross-site requests
# flower: 2.1.0
true
