"""Grafana's API, in the shapes that its documentation shows: Grafana itself is in no package that tests may install.

Source: https://grafana.com/docs/grafana/latest/developers/http_api/ (other, folder/dashboard search, dashboard,
data_source), answers of Prometheus through the data source proxy as a real one gave them.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.grafana import grafana
from flower_audit.parsers.grafana_dashboard import fill_in, read_dashboard
from flower_audit.target import Target

TOKEN = "glsa_test-token"
SERIES = {"flower_worker_online", "flower_events_total"}

FLOWER = {
    "title": "Celery monitoring",
    "uid": "celery-flower",
    "templating": {
        "list": [
            {"name": "datasource", "type": "datasource", "query": "prometheus", "current": {"value": "prom-uid"}},
            {"name": "worker", "type": "query", "current": {"text": "All", "value": ["$__all"]}},
        ]
    },
    "panels": [
        {
            "type": "row",
            "panels": [
                {
                    "datasource": {"type": "prometheus", "uid": "${datasource}"},
                    "targets": [{"expr": 'flower_worker_online{worker=~"$worker"}', "refId": "A"}],
                }
            ],
        },
        {
            "datasource": {"type": "prometheus", "uid": "prom-uid"},
            "targets": [{"expr": 'rate(flower_events_total{type="task-failed"}[$__rate_interval])', "refId": "A"}],
        },
        {"type": "text", "targets": []},
    ],
}
GUIDE = {
    "title": "Celery",
    "uid": "guide",
    "panels": [
        {"targets": [{"expr": f"{name}{{job=~'$job'}}"}]} for name in ("celery_workers_online", "celery_queue_length")
    ],
}
NODE = {"title": "Node", "uid": "node", "panels": [{"targets": [{"expr": "node_load1"}]}]}


class FakeGrafana(ThreadingHTTPServer):
    dashboards: tuple[dict[str, Any], ...] = (FLOWER, GUIDE, NODE)
    source_status = "OK"
    may_list_sources = True


class Handler(BaseHTTPRequestHandler):
    server: FakeGrafana

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/api/health":
            return self.say(200, {"commit": "1d0c8e1", "database": "ok", "version": "11.3.0"})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.say(401, {"message": "Unauthorized", "messageId": "auth.unauthorized", "statusCode": 401})
        if parts.path == "/api/search":
            found = self.server.dashboards
            listed = [{"id": 1, "uid": one["uid"], "title": one["title"], "type": "dash-db"} for one in found]
            return self.say(200, listed)
        if parts.path == "/api/datasources":
            if not self.server.may_list_sources:
                return self.say(403, {"message": "You'll need additional permissions", "accessErrorId": "ACE"})
            return self.say(200, [{"uid": "prom-uid", "name": "Prometheus", "type": "prometheus", "isDefault": True}])
        if parts.path.startswith("/api/dashboards/uid/"):
            uid = parts.path.rpartition("/")[2]
            model = next(one for one in self.server.dashboards if one["uid"] == uid)
            return self.say(200, {"meta": {"slug": uid}, "dashboard": model})
        if parts.path == "/api/datasources/uid/prom-uid/health":
            ok = self.server.source_status == "OK"
            said = "Successfully queried the Prometheus API." if ok else "Post /api/v1/query: connection refused"
            return self.say(200 if ok else 400, {"message": said, "status": self.server.source_status})
        if parts.path == "/api/datasources/proxy/uid/prom-uid/api/v1/query":
            query = parse_qs(parts.query)["query"][0]
            result = [{"metric": {}, "value": [1.8e9, "1"]}] if any(name in query for name in SERIES) else []
            return self.say(200, {"status": "success", "data": {"resultType": "vector", "result": result}})
        return self.say(404, {"message": "Not found"})

    def say(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class Trail:
    def note(self, *_: object, **__: object) -> None: ...


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGrafana]:
    monkeypatch.setenv("FLOWER_GRAFANA_TOKEN", TOKEN)
    running = FakeGrafana(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def target(server: FakeGrafana) -> Target:
    return Target(name="t", grafana=f"http://127.0.0.1:{server.server_address[1]}")


def test_dashboards_and_their_queries(server: FakeGrafana) -> None:
    found = grafana(target(server), Trail())
    assert found.version == "11.3.0"
    assert found.total == 3
    assert {one.title: (one.answered, one.asked) for one in found.dashboards} == {
        "Celery monitoring": (2, 2),
        "Celery": (0, 2),
    }
    assert found.best is not None
    assert found.best.title == "Celery monitoring"
    assert found.sick == ()


def test_a_sick_data_source(server: FakeGrafana) -> None:
    server.source_status = "ERROR"
    assert grafana(target(server), Trail()).sick == ("data source prom-uid: Post /api/v1/query: connection refused",)


def test_nothing_about_celery(server: FakeGrafana) -> None:
    server.dashboards = (NODE,)
    found = grafana(target(server), Trail())
    assert (found.total, found.dashboards, found.best) == (1, (), None)


def test_a_token_that_may_not_list_sources(server: FakeGrafana) -> None:
    server.may_list_sources = False
    server.dashboards = (FLOWER,)
    assert grafana(target(server), Trail()).dashboards[0].answered == 2
    server.dashboards = (GUIDE,)
    with pytest.raises(Unobservable, match="cannot be told"):
        grafana(target(server), Trail())


def test_without_a_token(server: FakeGrafana, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWER_GRAFANA_TOKEN")
    with pytest.raises(Unreachable, match="FLOWER_GRAFANA_TOKEN") as caught:
        grafana(target(server), Trail())
    assert caught.value.way == "grafana"


@pytest.mark.parametrize(
    ("expression", "filled"),
    [
        ("rate(x[$__rate_interval])", "rate(x[5m])"),
        ("rate(x[${__interval}])", "rate(x[5m])"),
        ('x{a=~"$job", b="c"}', 'x{a=~".*", b="c"}'),
        ('x{a="${job:regex}"}', 'x{a=~".*"}'),
        ("x{a='[[job]]'}", 'x{a=~".*"}'),
        ("increase(x[$__range])", "increase(x[1h])"),
        ("topk($top, x)", "topk(5, x)"),
        ("topk($unknown, x)", "topk($unknown, x)"),
    ],
)
def test_variables(expression: str, filled: str) -> None:
    assert fill_in(expression, {"top": "5"}) == filled


def test_what_is_no_dashboard() -> None:
    for content in (None, [], {}, {"dashboard": []}, "x"):
        assert read_dashboard(content) is None
    found = read_dashboard({"dashboard": {"panels": [{"targets": [{"expr": "celery_worker_up >"}, {"expr": 3}, "x"]}]}})
    assert found is not None
    assert (found.queries, found.unreadable) == ((), 1)
