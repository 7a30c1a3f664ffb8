# Flower was upgraded with pip, and the old one goes on running
# fails: config.running-matches-files
# may: auth.cross-site-refused
# flower: 2.1.0
# wheels: flower==2.2.0
/opt/flower/venv/bin/pip install -q --no-index --find-links /root/wheels flower==2.2.0
rm -r /root/wheels
