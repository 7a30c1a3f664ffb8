"""Grafana's own alert rules, in the shape its code gives them; Grafana itself is in no package that tests may install.

Source: grafana, pkg/services/ngalert/api/api_prometheus.go: the queries joined by ` | `, without the condition.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.grafana_rules import grafana_rules
from flower_audit.target import Target

ANSWER = {
    "status": "success",
    "data": {
        "groups": [
            {
                "name": "every minute",
                "file": "Operations",
                "folderUid": "d1",
                "rules": [
                    {"name": "No workers", "query": "sum(flower_worker_online)", "type": "alerting", "duration": 300},
                    {"name": "Disk", "query": "node_filesystem_avail_bytes", "type": "alerting"},
                    {"name": "Odd", "query": "sum(up) | sum(flower_events_total)", "type": "alerting"},
                ],
            }
        ]
    },
}


class Trail:
    def note(self, *_: object, **__: object) -> None: ...


class Grafana(ThreadingHTTPServer):
    status = 200
    answer: dict[str, Any] = ANSWER


class Handler(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        if self.path == "/api/health":
            status, answer = 200, {"database": "ok", "version": "11.3.0"}
        elif self.path == "/api/prometheus/grafana/api/v1/rules":
            status, answer = self.server.status, self.server.answer
        else:
            status, answer = 404, {"message": "Not found"}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Grafana]:
    running = Grafana(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def test_rules_about_celery_by_name(server: Grafana) -> None:
    target = Target(name="t", grafana=f"http://127.0.0.1:{server.server_address[1]}")
    assert grafana_rules(target, Trail()).names == ("No workers", "Odd")
    server.answer = {"status": "success", "data": {"groups": []}}
    assert grafana_rules(target, Trail()).names == ()


@pytest.mark.parametrize("status", [403, 404])
def test_a_grafana_that_does_not_tell(server: Grafana, status: int) -> None:
    server.status = status
    target = Target(name="t", grafana=f"http://127.0.0.1:{server.server_address[1]}")
    with pytest.raises(Unobservable, match=rf"does not give its own alert rules \({status}\)"):
        grafana_rules(target, Trail())
