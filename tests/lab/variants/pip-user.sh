# Flower as `pip install --user` puts it: the system's Python, and its packages in the home of the user it runs as
home=$(getent passwd celery | cut -d: -f6)
mkdir -p $home/.local/lib/python3.11 $home/.local/bin
cp -a /opt/flower/venv/lib/python3.11/site-packages $home/.local/lib/python3.11/
printf '#!/usr/bin/python3\nimport sys\nfrom celery.__main__ import main\nsys.exit(main())\n' > $home/.local/bin/celery
chmod 755 $home/.local/bin/celery
chown -R celery:celery $home/.local
sed -i "s|^ExecStart=/opt/flower/venv/bin/celery|ExecStart=$home/.local/bin/celery|" $UNIT
restart_flower
