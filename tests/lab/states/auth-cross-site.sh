# Flower 2.1 does what a page of another site asks for
# fails: auth.cross-site-refused
# flower: 2.1.0
true
