# Words for hosts with a Grafana; they come after those of prelude.sh.  Grafana is in no archive of Debian's, so something
# that speaks its API stands in for it: health, search, dashboards, and the proxy of its data source, which asks the
# host's own Prometheus.  What the dashboards' queries return is therefore real.

# grafana URL-OF-ITS-PROMETHEUS, with dashboards as NAME.json in /etc/grafana/dashboards; it is at https://…/grafana
grafana() {
    mkdir -p /etc/grafana/dashboards
    cat > /usr/local/sbin/grafana << 'PROGRAM'
import json, pathlib, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROMETHEUS, FOLDER = sys.argv[1], pathlib.Path("/etc/grafana/dashboards")
SOURCE = {"uid": "prom", "name": "Prometheus", "type": "prometheus", "isDefault": True}


class Grafana(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.removeprefix("/grafana").partition("?")[0]
        proxied = "/api/datasources/proxy/uid/prom"
        if path == "/api/health":
            self.say(200, {"database": "ok", "version": "11.3.0"})
        elif path == "/api/search":
            self.say(200, [{"uid": one.stem, "title": one.stem, "type": "dash-db"} for one in FOLDER.iterdir()])
        elif path == "/api/datasources":
            self.say(200, [SOURCE])
        elif path.startswith("/api/dashboards/uid/"):
            self.say(200, {"dashboard": json.loads((FOLDER / f"{path.rpartition('/')[2]}.json").read_text())})
        elif path == "/api/datasources/uid/prom/health":
            status, said = self.ask("/api/v1/query?query=1")
            good = {"status": "OK", "message": "Successfully queried the Prometheus API."}
            self.say(200, good) if status == 200 else self.say(400, {"status": "ERROR", "message": said})
        elif path.startswith(proxied):
            status, said = self.ask(self.path.partition(proxied)[2])
            self.say(status, said)
        else:
            self.say(404, {"message": "Not found"})

    def ask(self, path):
        try:
            with urllib.request.urlopen(PROMETHEUS + path, timeout=5) as answer:
                return 200, json.load(answer)
        except OSError as error:
            return 502, f"Get {PROMETHEUS}{path}: {error}"

    def say(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", 3000), Grafana).serve_forever()
PROGRAM
    printf '%s\n' '[Service]' "ExecStart=/usr/bin/python3 /usr/local/sbin/grafana $1" 'DynamicUser=yes' \
        '[Install]' 'WantedBy=multi-user.target' > /etc/systemd/system/grafana-server.service
    systemctl daemon-reload
    systemctl enable -q --now grafana-server
    sed -i 's|    location = /metrics {|    location /grafana/ { proxy_pass http://127.0.0.1:3000; }\n&|' "$SITE"
    reload_nginx
    await 'curl -sf -o /dev/null http://127.0.0.1:3000/api/health'
}

# dashboard NAME QUERY…: one panel for each query
dashboard() {
    local name=$1 panels="" query
    shift
    for query; do
        query=${query//\"/\\\"}
        panels="$panels${panels:+,} {\"type\": \"timeseries\", \"targets\": [{\"expr\": \"$query\", \"refId\": \"A\"}]}"
    done
    mkdir -p /etc/grafana/dashboards
    printf '{"title": "%s", "uid": "%s", "panels": [%s]}\n' "$name" "$name" "$panels" > "/etc/grafana/dashboards/$name.json"
}
