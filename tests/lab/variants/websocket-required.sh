# The policy wants WebSockets to pass, and the proxy upgrades
# policy: websocket=required
true
