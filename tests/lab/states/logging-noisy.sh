# Flower's log is full of tracebacks
# fails: logging.quiet
for n in $(seq 120); do
    printf '[E %s web:1875] Uncaught exception GET /task/x (127.0.0.1)\n    Traceback (most recent call last):\n      File "x.py", line 1\n    KeyError: 1\n' "$(date +'%y%m%d %H:%M:%S')"
done >> /var/log/flower/flower.log
