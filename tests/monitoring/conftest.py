"""A real Prometheus and Alertmanager over a real Flower with a worker, and exporters that serve the real names."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flower_audit.facts.local_prometheus import LocalPrometheus, local_prometheus
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.rules import Rules, rules
from flower_audit.facts.series import series
from flower_audit.parsers import local_prometheus as program
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.probe import Output
from flower_audit.target import Target

PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
WILD = Path(__file__).parent.parent / "parsers" / "alert_rules"

TASKS = """
from celery import Celery
app = Celery("shop", broker=__import__("os").environ["BROKER"], backend=None)
app.conf.worker_send_task_events = True
app.conf.task_default_queue = "flower-audit-metrics"

@app.task
def sell(): ...

@app.task
def refund(): raise ValueError("no")
"""

EXPORTERS = """
import sys, time
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server
# danihodovic/celery-exporter, OvalMoney/celery-exporter 1.5, and the names that the setup guide takes for granted
ports = [int(port) for port in sys.argv[1:]]
registries = [CollectorRegistry(auto_describe=True) for _ in ports]
a, b, c = registries
task = ["name", "hostname", "queue_name"]
for what in ("sent", "received", "started", "succeeded", "rejected", "revoked", "retried"):
    Counter("celery_task_" + what, what, task, registry=a).labels("shop.sell", "box", "celery").inc(5)
failed = Counter("celery_task_failed", "failed", [*task, "exception"], registry=a)
failed.labels("shop.sell", "box", "celery", "").inc(0)
Gauge("celery_worker_up", "up", ["hostname"], registry=a).labels("box").set(1)
Gauge("celery_queue_length", "length", ["queue_name"], registry=a).labels("celery").set(3)
states = Counter("celery_tasks", "events", ["namespace", "name", "state"], registry=b)
for state in ("SUCCESS", "STARTED", "RECEIVED", "FAILURE"):
    states.labels("celery", "shop.sell", state).inc(4)
Gauge("celery_workers", "alive", ["namespace"], registry=b).labels("celery").set(1)
guide = Counter("celery_tasks", "tasks", ["state"], registry=c)
guide.labels("SUCCESS").inc(9), guide.labels("FAILURE").inc(1)
Gauge("celery_workers_online", "online", registry=c).set(2)
Gauge("celery_queue_length", "length", registry=c).set(0)
for port, registry in zip(ports, registries):
    start_http_server(port, addr="127.0.0.1", registry=registry)
print("ready", flush=True)
time.sleep(600)
"""

RIGHT = """
groups:
  - name: flower
    rules:
      - alert: CeleryFailureRatio
        expr: sum(rate(flower_events_total{job="flower",type="task-rejected"}[1m])) >= 0
      - alert: TasksFail
        expr: >-
          sum by (task) (rate(flower_events_total{job="flower",type="task-failed"}[10m]))
          / sum by (task) (rate(flower_events_total{job="flower",type=~"task-(failed|succeeded)"}[10m])) > 0.9
        labels: {severity: warning}
      - alert: NoWorkers
        expr: (sum(flower_worker_online{job="flower"}) or vector(0)) < 1
        labels: {severity: page}
      - alert: Misspelt
        expr: sum(flower_worker_online{job="flwer"}) < 1
      - alert: WrongType
        expr: rate(flower_events_total{type="task-failure"}[5m]) > 0
"""


@dataclass
class Notes:
    sources: list[str] = field(default_factory=list)

    def note(self, kind: str, source: str, **more: Any) -> None:
        self.sources.append(f"{kind} {source} {more}")


@dataclass(frozen=True)
class Stack:
    url: str
    pid: int
    argv: list[str]
    alertmanager: str
    flower_port: int
    ports: list[int]
    folder: Path

    def target(self, **more: Any) -> Target:
        return Target(name="t", **{"prometheus": self.url, **more})

    def notes(self) -> Notes:
        return Notes()

    def free_port(self) -> int:
        return free_port()

    def get(self, url: str) -> str:
        return get(url)

    def await_true(self, what: str, is_true: Callable[[], bool]) -> None:
        await_true(what, is_true)

    def asked(self) -> tuple[PrometheusServer, Rules]:
        server = prometheus(self.target(), Notes())
        return server, rules(server, series(self.target(), Notes(), server))

    def on_host(self) -> LocalPrometheus:
        """What the program that is sent to a host prints for this very Prometheus."""
        found = json.dumps(program.describe(self.pid, self.argv))
        return local_prometheus(Output(rc=0, stdout=found))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def await_true(what: str, is_true: Callable[[], bool], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            if is_true():
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"in vain waited for {what}")


@pytest.fixture(scope="session")
def stack(redis_url: str, flowers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (PROMETHEUS and ALERTMANAGER):
        pytest.skip("needs Debian's prometheus and prometheus-alertmanager")
    folder = tmp_path_factory.mktemp("monitoring")
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str | Path | None, **environment: str) -> subprocess.Popen[bytes]:
        with (folder / f"{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command], cwd=folder, env=os.environ | environment, stdout=log, stderr=log
            )
        started.append(process)
        return process

    broker = redis_url.removesuffix("/0") + "/5"
    (folder / "shop.py").write_text(TASKS)
    (folder / "exporters.py").write_text(EXPORTERS)
    (folder / "rules").mkdir()
    (folder / "rules" / "right.yml").write_text(RIGHT)
    for name in ("guide", "generated_mixin"):
        shutil.copy(WILD / f"{name}.yaml", folder / "rules" / f"{name}.yml")
    flower = flowers("2.2.0", "--purge_offline_workers=60", broker=broker)
    ports = [free_port() for _ in range(5)]
    (folder / "alertmanager.yml").write_text(
        "route: {receiver: nobody, group_by: [alertname], group_wait: 1s,\n"
        "  routes: [{matchers: ['severity=~\"page|warning\"'], receiver: pager}]}\n"
        "receivers: [{name: nobody}, {name: pager, webhook_configs: [{url: 'http://u:hunter2hunter2@127.0.0.1:9/'}]}]\n"
    )
    (folder / "prometheus.yml").write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": ["rules/*.yml"],
                "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{ports[4]}"]}]}]},
                "scrape_configs": [
                    {"job_name": "flower", "static_configs": [{"targets": [f"127.0.0.1:{flower.port}"]}]},
                    {"job_name": "celery-exporter", "static_configs": [{"targets": [f"127.0.0.1:{ports[0]}"]}]},
                    {"job_name": "alertmanager", "static_configs": [{"targets": [f"127.0.0.1:{ports[4]}"]}]},
                    {"job_name": "node", "static_configs": [{"targets": ["127.0.0.1:1"]}]},
                ],
            }
        )
    )
    start(sys.executable, "exporters.py", *map(str, ports[:3]))
    worker = (
        sys.executable,
        "-m",
        "celery",
        "-A",
        "shop",
        "worker",
        "-c",
        "1",
        "-n",
        "w1@box",
        "--pool=solo",
        "-l",
        "error",
    )
    start(*worker, BROKER=broker)
    argv = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--web.listen-address=127.0.0.1:{ports[3]}"]
    server = start(PROMETHEUS, *argv[1:], f"--storage.tsdb.path={folder}/data")
    start(
        ALERTMANAGER,
        f"--config.file={folder}/alertmanager.yml",
        f"--web.listen-address=127.0.0.1:{ports[4]}",
        "--cluster.listen-address=",
        f"--storage.path={folder}/alerts",
    )
    await_true("the worker in Flower's metrics", lambda: "flower_worker_online" in get(f"{flower.url}/metrics"))
    send = "import shop; [shop.sell.delay() for _ in range(3)]; shop.refund.delay()"
    subprocess.run(
        [sys.executable, "-c", send], cwd=folder, env=os.environ | {"BROKER": broker}, check=True, timeout=30
    )
    await_true("finished tasks", lambda: 'type="task-failed"' in get(f"{flower.url}/metrics"))
    url = f"http://127.0.0.1:{ports[3]}"
    seen = url + "/api/v1/query?query=flower_events_total%7Btype=%22task-failed%22%7D"
    await_true("them in Prometheus", lambda: '"value"' in get(seen))
    await_true("every scrape", lambda: '"health":"unknown"' not in get(url + "/api/v1/targets"))
    await_true("the exporter", lambda: '"value"' in get(url + "/api/v1/query?query=celery_worker_up"))
    await_true("evaluated rules", lambda: get(url + "/api/v1/rules").count('"health":"ok"') >= 5)
    await_true("Alertmanager", lambda: 'activeAlertmanagers":[{' in get(url + "/api/v1/alertmanagers"))
    yield Stack(url, server.pid, argv, f"http://127.0.0.1:{ports[4]}", flower.port, ports, folder)
    for process in reversed(started):
        process.terminate()
    for process in started:
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
