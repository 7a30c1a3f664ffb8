# The broker's URL with its password in the command line
# fails: secrets.not-in-command-line
# may: secrets.not-in-unit config.no-shadowing
sed -i "s|^ExecStart=.*|ExecStart=/opt/flower/venv/bin/celery -b redis://:$BROKER_PASSWORD@127.0.0.1:6379/0 flower --conf=/etc/flower/flowerconfig.py|" $UNIT
restart_flower
