# The service user can log in
# fails: service.unprivileged-user
usermod -s /bin/bash celery
