# Flower was upgraded with pip, and the old one goes on running
# fails: config.running-matches-files
# may: auth.cross-site-refused auth.version-not-vulnerable auth.websocket-requires-login proxy.websocket proxy.host-header
# flower: 2.1.0
# wheels: flower==2.2.0
/opt/flower/venv/bin/pip install -q --no-index --find-links /root/wheels flower==2.2.0
rm -r /root/wheels
