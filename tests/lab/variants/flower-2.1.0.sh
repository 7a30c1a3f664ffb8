# Flower 2.1.0, which cannot refuse cross-site requests
# may: auth.cross-site-refused
# flower: 2.1.0
true
