# The policy wants Flower for some networks only, and everybody may come
# fails: proxy.access-control
# policy: access_control=required
true
