# Words for hosts on which Flower runs in a container; they come after those of prelude.sh.

DATA=/var/lib/containers/storage/volumes/flower-data/_data

# Flower in a podman container under a unit as `podman generate systemd --new` writes it, in place of the golden one;
# its limits and its confinement are the container's; `restart_flower` is still to be said
flower_in_container() {
    systemctl stop flower
    container_image
    # What the host has of its own is not what Flower runs with.
    rm -rf /opt/flower/venv/lib/python3.*/site-packages/flower* /etc/systemd/system/flower.service.d
    sed '/^log_file_prefix/d' /etc/flower/flowerconfig.py > /etc/flower/container.py
    printf 'debug = True\nport = 6666\ndb = "flower"\n' > /etc/flowerconfig.py
    rm /etc/flower/flowerconfig.py /etc/logrotate.d/flower
    chmod 0644 /etc/flower/container.py

    # The lab's own hosts are containers too: they may make no keyring.
    printf '[containers]\nkeyring = false\n' > /etc/containers/containers.conf
    podman volume create flower-data > /dev/null
    cp /var/lib/flower/flower.db "$DATA/" && chown -R 1000:1000 "$DATA" && chmod 0750 "$DATA"
    rm -rf /var/lib/flower/*
    echo > /var/lib/flower/flower.db
    sed -i "s#/var/lib/flower/#$DATA/#" /usr/local/sbin/flower-backup
    sed -i -e '/^User=/d' -e '/^Group=/d' /etc/systemd/system/flower-backup.service

    cat > "$UNIT" << 'UNIT'
[Unit]
Description=Flower, web monitor for Celery, in a container
Documentation=file:///opt/flower/RUNBOOK.md
Wants=network-online.target
After=network-online.target redis-server.service
RequiresMountsFor=/run/containers

[Service]
Environment=PODMAN_SYSTEMD_UNIT=%n
Type=notify
NotifyAccess=all
Restart=on-failure
RestartSec=5
TimeoutStopSec=70
ExecStartPre=/bin/rm -f %t/%n.ctr-id
ExecStart=/usr/bin/podman run --name=flower --replace --rm -d --cidfile=%t/%n.ctr-id --cgroups=no-conmon \
    --sdnotify=conmon --log-driver=journald \
    --network=host \
    --env-file=/etc/flower/flower.env \
    -v /etc/flower/container.py:/etc/flowerconfig.py:ro \
    -v flower-data:/data \
    --memory=768m --cpus=1 --pids-limit=64 --ulimit=nofile=16384:16384 --ulimit=nproc=512:512 \
    --read-only --cap-drop=all --security-opt=no-new-privileges \
    localhost/flower celery flower --conf=/flowerconfig.py
ExecStop=/usr/bin/podman stop --ignore -t 30 --cidfile=%t/%n.ctr-id
ExecStopPost=/usr/bin/podman rm -f --ignore -t 10 --cidfile=%t/%n.ctr-id

[Install]
WantedBy=multi-user.target
UNIT
}

# an image of this host's own Python and Flower, laid out like Flower's own: its user is 1000
container_image() {
    local tree packages python
    python=$(basename "$(readlink -f /usr/bin/python3)")
    packages=usr/local/lib/$python/dist-packages
    tree=$(mktemp -d) && chmod 0755 "$tree"
    (
        cd "$tree"
        mkdir -p app data dev etc proc run sys tmp usr/bin usr/lib usr/local/bin "${packages%/*}"
        # Absolute links: on the host they lead to something else.
        mkdir -p var/lib && ln -s /data var/lib/flower && ln -s /etc/flowerconfig.py flowerconfig.py
        ln -s usr/bin bin && ln -s usr/lib lib && ln -s usr/lib lib64
        cp /usr/bin/dash "/usr/bin/$python" usr/bin/ && ln -s dash usr/bin/sh && ln -s "$python" usr/bin/python3
        cp -a "/usr/lib/$python" usr/lib/
        mkdir -p usr/share/zoneinfo && cp -L /usr/share/zoneinfo/UTC usr/share/zoneinfo/
        ldd "/usr/bin/$python" "/usr/lib/$python"/lib-dynload/*.so | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p' | sort -u \
            | xargs cp -L -t usr/lib/
        cp -a "/opt/flower/venv/lib/$python/site-packages" "$packages"
        rm -rf "$packages"/pip* "$packages"/setuptools*
        sed '1s,.*,#!/usr/bin/python3,' /opt/flower/venv/bin/celery > usr/local/bin/celery
        chmod 0755 usr/local/bin/celery
        printf 'root:x:0:0::/root:/bin/sh\nflower:x:1000:1000::/data:/bin/sh\n' > etc/passwd
        printf 'root:x:0:\nflower:x:1000:\n' > etc/group
        chown 1000:1000 app data && chmod 0750 app data && chmod 1777 tmp
        tar -c . | podman import --quiet --change 'USER 1000:1000' --change 'WORKDIR /data' --change 'VOLUME /data' \
            --change 'ENV PYTHONUNBUFFERED=1' --change 'EXPOSE 5555' --change 'CMD ["celery","flower"]' \
            - localhost/flower > /dev/null
    )
    rm -rf "$tree"
}

# give that container a network of its own: its port is published at the place given, its broker is the host's Redis
# under the host's address, which the firewall opens to containers alone
network_of_its_own() {
    mount -o remount,rw,bind /proc/sys # podman sets what it needs for the network
    sed -i -e '/^address = /d' /etc/flower/container.py
    sed -i "s#@[^:]*:6379#@$LAB_ADDRESS:6379#" /etc/flower/flower.env
    sed -i "s/^bind .*/& $LAB_ADDRESS/" /etc/redis/redis.conf
    sed -i 's/^\( *\)iif "lo" accept/&\n\1iifname "podman*" tcp dport 6379 accept/' /etc/nftables.conf
    sed -i "s/--network=host/-p $1/" "$UNIT"
    systemctl restart nftables redis-server celery celery-exporter
}

# write that container as a quadlet (podman 4.4 and later), from which systemd makes the unit
quadlet() {
    rm "$UNIT"
    mkdir -p /etc/containers/systemd
    cat > /etc/containers/systemd/flower.container << 'QUADLET'
[Unit]
Description=Flower, web monitor for Celery, in a container
Wants=network-online.target
After=network-online.target redis-server.service

[Container]
ContainerName=flower
Image=localhost/flower
Exec=celery flower --conf=/flowerconfig.py
Network=host
EnvironmentFile=/etc/flower/flower.env
Volume=/etc/flower/container.py:/etc/flowerconfig.py:ro
Volume=flower-data:/data
Ulimit=nofile=16384:16384
PodmanArgs=--ulimit=nproc=512:512
LogDriver=journald
ReadOnly=true
NoNewPrivileges=true
DropCapability=all

[Service]
Restart=on-failure
MemoryMax=768M
CPUQuota=100%

[Install]
WantedBy=multi-user.target
QUADLET
}

as_deploy() {
    (cd /home/deploy && setpriv --reuid=deploy --regid=deploy --init-groups env HOME=/home/deploy \
        XDG_RUNTIME_DIR="/run/user/$(id -u deploy)" "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u deploy)/bus" "$@")
}

# hand that container over to a user without privileges, whose own systemd keeps it, without limits
rootless() {
    local units=/home/deploy/.config/systemd/user data=/home/deploy/.local/share/containers/storage/volumes/flower-data/_data
    useradd --create-home --shell /usr/sbin/nologin deploy
    chmod 0700 /home/deploy
    echo deploy:200000:65536 | tee /etc/subuid > /etc/subgid
    loginctl enable-linger deploy
    await "test -S /run/user/$(id -u deploy)/bus"
    podman save --quiet localhost/flower | as_deploy podman load --quiet > /dev/null
    as_deploy podman volume create flower-data > /dev/null
    cp -p $DATA/flower.db "$data/" && chown 200999:200999 "$data" "$data/flower.db" && chmod 0750 "$data"
    podman volume rm flower-data > /dev/null
    sed -i "s#$DATA/#$data/#" /usr/local/sbin/flower-backup
    install -d -m 0700 -o deploy -g deploy /home/deploy/.config /home/deploy/.config/systemd $units
    install -m 0600 -o deploy -g deploy "$ENVIRONMENT" /home/deploy/flower.env
    install -m 0644 -o deploy -g deploy /etc/flower/container.py /home/deploy/flowerconfig.py
    sed -e 's#/etc/flower/flower.env#/home/deploy/flower.env#' -e 's#/etc/flower/container.py#/home/deploy/flowerconfig.py#' \
        -e 's/--memory=768m --cpus=1 --pids-limit=64 //' -e '/^RequiresMountsFor/d' -e 's/multi-user.target/default.target/' \
        -e 's/^Wants=.*/Wants=basic.target/' -e 's/^After=.*/After=basic.target/' "$UNIT" > $units/flower.service
    systemctl disable -q flower
    rm "$UNIT" "$ENVIRONMENT"
    systemctl daemon-reload
    as_deploy systemctl --user daemon-reload
    as_deploy systemctl --user enable -q --now flower
    flower_answers
}
