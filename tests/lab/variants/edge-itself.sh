# The host where HTTPS ends, audited by itself: Flower is on another one
# edge: edge
true
