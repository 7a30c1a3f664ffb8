# The workers' environment file, with the broker's password that Flower has too, is readable by everybody
# fails: secrets.files-private
chmod 644 /etc/celery/celery.env
