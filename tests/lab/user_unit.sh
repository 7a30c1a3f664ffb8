# Flower as a unit of the service user's own systemd
as_celery() { setpriv --reuid=celery --regid=celery --init-groups env XDG_RUNTIME_DIR=/run/user/$(id -u celery) "$@"; }
own_unit() {
    systemctl disable -q --now flower
    rm -r /var/log/flower /etc/logrotate.d/flower
    without_option log_file_prefix
    mkdir -p /home/celery/.config/systemd/user
    sed -i "s,:/var/lib/flower:,:/home/celery:," /etc/passwd  # usermod refuses while the worker runs
    sed -e '/^User=/d; /^Group=/d; /Directory=\|DirectoryMode=/d; s/redis-server.service//; s|network-online.target|basic.target|' \
        -e '/^\(Protect\|Private\|Restrict\|Capability\|SystemCall\|LockPers\|MemoryDeny\|RemoveIPC\)/d' \
        -e 's/multi-user.target/default.target/' $UNIT > /home/celery/.config/systemd/user/flower.service
    sed -i 's|^EnvironmentFile=.*|WorkingDirectory=/opt/flower\n&|' /home/celery/.config/systemd/user/flower.service
    rm $UNIT
    chown -R celery: /home/celery
    chown celery $ENVIRONMENT
    systemctl daemon-reload
    loginctl enable-linger celery
    await "test -S /run/user/$(id -u celery)/systemd/private"
    as_celery systemctl --user enable -q --now flower
    flower_answers
}
