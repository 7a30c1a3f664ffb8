# An upgrade of Celery was interrupted after its uninstallation: the command is gone, Flower runs on until its next start
# fails: install.celery-compatible service.reloaded
/opt/flower/venv/bin/pip uninstall -q -y celery
