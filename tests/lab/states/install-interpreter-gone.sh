# The Python that Flower's environment was made with was removed; Flower runs on until its next start
# fails: install.python-supported
# may: service.reloaded service.enabled
ln -sf /usr/bin/python3.10 /opt/flower/venv/bin/python3
