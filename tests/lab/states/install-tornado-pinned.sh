# Another application in Flower's environment pinned an older Tornado; Flower runs on until its next start
# fails: install.celery-compatible
# wheels: tornado==6.4.2
/opt/flower/venv/bin/pip install -q --no-index --find-links /root/wheels tornado==6.4.2
rm -r /root/wheels
