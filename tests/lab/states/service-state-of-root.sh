# The state directory belongs to root: Flower can save nothing
# fails: service.directories-owned
# may: persistence.path-durable persistence.readable logging.quiet backup.last-run-succeeded
chown -R root:root /var/lib/flower
