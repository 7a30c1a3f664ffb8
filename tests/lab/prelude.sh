# Words the scripts of states and variants are written in; each script runs as root on a host that is ready.

# wait until a command succeeds
await() { timeout 60 bash -c "until $1; do sleep 0.4; done" || { echo "in vain: $1" >&2; return 1; }; }

# restart Flower after a change and wait until it answers (at the given URL; the golden one without)
restart_flower() {
    systemctl daemon-reload
    systemctl restart flower
    flower_answers "${1:-http://127.0.0.1:5555}"
}

# wait until a host looks as if it had been running for a while: the worker has been seen again,
# and Prometheus has asked once more, if it had asked in vain in between
flower_answers() {
    await "curl -skf -o /dev/null ${1:-http://127.0.0.1:5555}/healthcheck"
    timeout 8 bash -c "until curl -skf '${1:-http://127.0.0.1:5555}/metrics' | grep -q '^flower_worker_online.* 1'
        do sleep 0.5; done" || true
    timeout 8 bash -c 'while curl -s http://127.0.0.1:9090/api/v1/targets | grep -qE "\"health\":\"(unknown|down)\""
        do sleep 0.5; done' || true
}

# start something as if a person had done so in a login session; words are the command
by_hand() {
    systemd-run -q --scope --unit=session-7.scope --slice=user-1000.slice --uid=celery --gid=celery "$@" \
        > /dev/null 2>&1 < /dev/null &
}

reload_nginx() { nginx -t -q && systemctl reload nginx && sleep 0.3; }

# make Prometheus read its files again, and wait until it has and its rules were evaluated
reload_prometheus() {
    local before now
    before=$(loaded)
    sleep 1 # it counts in whole seconds
    systemctl reload prometheus
    for n in $(seq 50); do
        now=$(loaded)
        [ "$now" != "$before" ] && break
        sleep 0.2
    done
    [ "$now" != "$before" ]
    sleep 6
}

loaded() { curl -sf http://127.0.0.1:9090/metrics | grep '^prometheus_config_last_reload_success_timestamp_seconds'; }

# put Valkey, which Debian 13 has, in the place of Redis
to_valkey() {
    systemctl disable -q --now redis-server
    sed -i -e 's/^bind .*/bind 127.0.0.1 -::1/' -e "s/^# *requirepass .*/requirepass $BROKER_PASSWORD/" \
        -e 's/^# *maxmemory <bytes>/maxmemory 128mb/' -e 's/^# *maxmemory-policy .*/maxmemory-policy noeviction/' \
        /etc/valkey/valkey.conf
    grep -q '^requirepass' /etc/valkey/valkey.conf
    sed -i 's/redis-server.service/valkey-server.service/' $UNIT /etc/systemd/system/celery*.service
    systemctl enable -q valkey-server
    systemctl restart valkey-server
    systemctl daemon-reload
    systemctl restart celery celery-exporter
    restart_flower
    sleep 3
}

# a drop-in of flower.service: lines of its [Service] section
drop_in() {
    mkdir -p /etc/systemd/system/flower.service.d
    printf '[Service]\n%s\n' "$1" > /etc/systemd/system/flower.service.d/override.conf
}

# set an option in flowerconfig.py: name and Python value
option() {
    sed -i "/^$1 = /d" /etc/flower/flowerconfig.py
    printf '%s = %s\n' "$1" "$2" >> /etc/flower/flowerconfig.py
}

# take an option away
without_option() {
    grep -q "^$1 = " /etc/flower/flowerconfig.py
    sed -i "/^$1 = /d" /etc/flower/flowerconfig.py
}

# wait until Alertmanager gave up a notification, and Prometheus knows
given_up() {
    local query='query=alertmanager_notifications_failed_total{integration="webhook"} > 0'
    await "curl -s http://127.0.0.1:9090/api/v1/query --data-urlencode '$query' | grep -q value"
}

UNIT=/etc/systemd/system/flower.service
SITE=/etc/nginx/sites-available/flower
ENVIRONMENT=/etc/flower/flower.env
BROKER_PASSWORD=vM2rT9qLx4Wn8ZsK7cYb
