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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent, NotGiven, Unobservable, Unreachable
from flower_audit.facts.alertmanager import Alertmanager, alertmanager
from flower_audit.facts.local_prometheus import LocalPrometheus, local_prometheus
from flower_audit.facts.local_series import local_series
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.prometheus_targets import PrometheusTargets, prometheus_targets
from flower_audit.facts.rule_files import rule_files
from flower_audit.facts.rules import Rules, rules
from flower_audit.facts.series import series
from flower_audit.parsers import local_prometheus as program
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.parsers.series_questions import questions
from flower_audit.probe import Output
from flower_audit.target import Target

PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
WILD = Path(__file__).parent.parent / "parsers" / "alert_rules"

pytestmark = pytest.mark.skipif(
    not (PROMETHEUS and ALERTMANAGER), reason="needs Debian's prometheus and prometheus-alertmanager"
)

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


@pytest.fixture(scope="module")
def stack(redis_url: str, flowers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
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
        "route: {receiver: nobody, routes: [{matchers: ['severity=~\"page|warning\"'], receiver: pager}]}\n"
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


def asked(stack: Stack) -> tuple[PrometheusServer, Rules]:
    notes = Notes()
    server = prometheus(stack.target(), notes)
    return server, rules(server, series(stack.target(), notes, server))


def on_host(stack: Stack) -> LocalPrometheus:
    """What the program that is sent to a host prints for this very Prometheus."""
    found = json.loads(json.dumps(program.describe(stack.pid, stack.argv)))
    return local_prometheus(Output(rc=0, stdout=json.dumps(found)))


def test_what_it_says_of_itself(stack: Stack) -> None:
    server, _ = asked(stack)
    assert server.version.startswith("2.")
    assert server.alertmanagers == (f"{stack.alertmanager}/api/v2/alerts",)
    assert server.rule_patterns[0].endswith("rules/*.yml")
    assert abs(server.now_s - time.time()) < 60
    assert {one.rule.name for one in server.alerts} >= {"CeleryNoWorkers", "NoWorkers", "CeleryWorkerDown"}
    assert {one.job: one.health for one in server.targets} == {"flower": "up", "celery-exporter": "up", "node": "down"}


def test_dead_and_alive_rules(stack: Stack) -> None:
    _, found = asked(stack)
    dead = {one.name: one.dead for one in found.judged}
    assert dead["TasksFail"] == dead["NoWorkers"] == dead["CeleryFailureRatio"] == ()
    assert dead["CeleryTaskHighFailRate"] == dead["CeleryWorkerDown"] == dead["CeleryHighQueueLength"] == ()
    assert "no series called celery_tasks_total" in dead["CeleryHighFailureRate"][0]
    assert "no series called celery_workers_online" in dead["CeleryNoWorkers"][0]
    assert 'job="flwer" (seen: flower)' in dead["Misspelt"][0]
    assert "seen: task-" in dead["WrongType"][0]
    assert found.uncovered == ()
    assert found.unhealthy == ()
    assert [text.partition(":")[0] for text in found.meaningless] == ["CeleryHighFailureRate", "CeleryFailureRatio"]
    assert found.exporters >= {"Flower", "danihodovic/celery-exporter"}


def test_a_failure_that_has_not_happened_yet_is_not_dead(stack: Stack) -> None:
    """No task was rejected, so that series is not there; the rule is right all the same."""
    assert "task-rejected" not in get(f"http://127.0.0.1:{stack.flower_port}/metrics")
    _, found = asked(stack)
    assert next(one for one in found.judged if one.name == "CeleryFailureRatio").dead == ()


def test_targets_of_this_flower(stack: Stack) -> None:
    notes = Notes()
    target = stack.target(url=f"http://127.0.0.1:{stack.flower_port}/")
    server = prometheus(target, notes)
    found = prometheus_targets(server, series(target, notes, server), target)
    assert {one.job for one in found.chosen} == {"flower", "celery-exporter"}
    assert found.down == found.stale == ()
    assert found.slowest.interval_s == 1
    assert found.online == {"w1@box"}
    assert found.difference_from(["w1@box"]) == ""
    assert found.difference_from([]) == "shows w1@box online, which is not"
    assert found.difference_from(["w1@box", "w2@box"]) == "does not show w2@box"


def test_who_is_told(stack: Stack) -> None:
    notes = Notes()
    target = stack.target(alertmanager=stack.alertmanager)
    server, judged = asked(stack)
    found = alertmanager(target, notes, server, judged)
    told = dict(found.told)
    assert found.version
    assert [receiver.name for receiver in told["NoWorkers"]] == ["pager"]
    assert told["NoWorkers"][0].sends
    assert any(text == "CeleryNoWorkers ends at nobody" for text in found.untold)
    assert not any("NoWorkers ends" in text and text.startswith("NoWorkers") for text in found.untold)
    assert "hunter2hunter2" not in repr(found)


def test_an_alertmanager_that_was_not_named(stack: Stack) -> None:
    server, judged = asked(stack)
    with pytest.raises(NotGiven, match="name that Alertmanager"):
        alertmanager(stack.target(), Notes(), server, judged)
    assert alertmanager(stack.target(), Notes(), replace(server, alertmanagers=()), judged) == Alertmanager(
        connected=()
    )
    dead = stack.target(alertmanager=f"http://127.0.0.1:{free_port()}")
    assert "refuses the connection" in alertmanager(dead, Notes(), server, judged).problem
    wrong = stack.target(alertmanager=stack.url)
    with pytest.raises(Unobservable, match="no status of an Alertmanager"):
        alertmanager(wrong, Notes(), server, judged)


def test_the_same_over_loopback_on_the_host(stack: Stack) -> None:
    local = on_host(stack)
    assert local.server is not None
    remote, judged = asked(stack)
    target = Target(name="t", connection="local://")
    server = prometheus(target, Notes(), local)
    assert server.url == stack.url
    assert [one.rule for one in server.alerts] == [one.rule for one in remote.alerts]
    paths = list(questions(server))
    answered = local_series(Output(rc=0, stdout=json.dumps(program.ask(stack.url, paths))))
    again = rules(server, series(target, Notes(), server, answered))
    assert {one.name: one.dead for one in again.judged} == {one.name: one.dead for one in judged.judged}
    assert dict(alertmanager(target, Notes(), server, again, local).told)["NoWorkers"][0].name == "pager"
    assert {
        one.job for one in prometheus_targets(server, series(target, Notes(), server, answered), target, local).chosen
    } == {
        "flower",
        "celery-exporter",
    }


def test_the_programs_that_are_sent_run_as_they_stand(stack: Stack) -> None:
    """The very commands of both rounds, run by the host's own python3."""
    from flower_audit.facts.local_prometheus import PROGRAM as FIND
    from flower_audit.facts.local_series import PROGRAM as ASK

    if not Path("/usr/bin/python3").exists():
        pytest.skip("the host has no /usr/bin/python3")
    found = subprocess.run(["dash", "-c", FIND], capture_output=True, text=True, timeout=60, check=True)
    assert local_prometheus(Output(rc=0, stdout=found.stdout)).url
    question = "/api/v1/query?query=up"
    asked_again = subprocess.run(
        ["dash", "-c", ASK],
        env={**os.environ, "questions": f"{stack.url}\n{question}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert local_series(Output(rc=0, stdout=asked_again.stdout)).replies[question].status == 200


def test_files_and_what_is_in_force(stack: Stack) -> None:
    assert rule_files(on_host(stack)).different == ()
    assert len(rule_files(on_host(stack)).files) == 3
    edited = stack.folder / "rules" / "guide.yml"
    before = edited.read_text()
    edited.write_text(before.replace("> 1000", "> 50"))
    found = rule_files(on_host(stack))
    edited.write_text(before)
    assert [text.partition(" ")[0] for text in found.different] == ["CeleryHighQueueDepth", "CeleryHighQueueDepth"]
    local = on_host(stack)
    with pytest.raises(Unobservable, match="cannot be read"):
        rule_files(replace(local, rule_texts={"/etc/x.yml": None}))
    with pytest.raises(Absent):
        rule_files(replace(local, rule_texts={}))


def test_no_prometheus_at_all() -> None:
    with pytest.raises(NotGiven) as caught:
        prometheus(Target(name="t", connection="local://"), Notes(), None)
    assert caught.value.way == "prometheus"
    with pytest.raises(Unobservable, match="too long"):
        prometheus(Target(name="t"), Notes(), local_prometheus(Output(rc=124, stdout="")))
    with pytest.raises(Absent):
        local_prometheus(Output(rc=0, stdout="{}"))


def test_a_prometheus_that_cannot_be_asked(stack: Stack) -> None:
    with pytest.raises(Unreachable, match="refuses") as caught:
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{free_port()}"), Notes())
    assert caught.value.way == "prometheus"
    with pytest.raises(Unobservable, match="no answer of Prometheus' API"):
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{stack.flower_port}"), Notes())


def test_a_login_in_the_url_is_not_shown(stack: Stack) -> None:
    notes = Notes()
    secret = stack.url.replace("http://", "http://me:hunter2hunter2@")
    server = prometheus(stack.target(prometheus=secret), notes)
    assert "hunter2" not in repr(server) + repr(notes)


def test_the_guides_rules_over_fitting_metrics(stack: Stack) -> None:
    """The names that the guide takes for granted, served by an exporter of its own: alive, and one is misnamed."""
    port = free_port()
    folder = stack.folder / "fitting"
    (folder / "rules").mkdir(parents=True)
    shutil.copy(WILD / "guide.yaml", folder / "rules" / "guide.yml")
    scrape = {"job_name": "celery", "static_configs": [{"targets": [f"127.0.0.1:{stack.ports[2]}"]}]}
    (folder / "p.yml").write_text(
        json.dumps({"global": {"scrape_interval": "1s"}, "rule_files": ["rules/*.yml"], "scrape_configs": [scrape]})
    )
    server = subprocess.Popen(
        [str(PROMETHEUS), "--config.file=p.yml", f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.path=data"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await_true("a scrape", lambda: '"value"' in get(url + "/api/v1/query?query=celery_workers_online"))
        found = asked(replace(stack, url=url))[1]
    finally:
        server.terminate()
        server.wait()
    assert found.dead == ()
    assert found.uncovered == ()
    assert [text.partition(":")[0] for text in found.meaningless] == ["CeleryHighFailureRate"]
    assert not any(one.judgement.fires_when_vanished for one in found.judged)


def test_targets_without_names_are_told_apart_or_not_at_all() -> None:
    from flower_audit.parsers.prometheus_api import ScrapeTarget
    from flower_audit.parsers.series_questions import Seen

    def scraped(*hosts: str) -> PrometheusTargets:
        targets = tuple(
            ScrapeTarget(job="flower", instance=f"{host}:5555", url=f"http://{host}:5555/metrics", health="up")
            for host in hosts
        )
        server = PrometheusServer(url="http://p", targets=targets, records={})
        nothing = Seen(selections={}, values={}, online={}, hosts_up={}, counted={})
        return prometheus_targets(server, nothing, Target(name="t", url="https://flower.example.com/"))

    assert len(scraped("10.0.0.1").chosen) == 1
    assert [one.instance for one in scraped("10.0.0.1", "flower.internal").chosen] == ["flower.internal:5555"]
    assert scraped().chosen == ()
    with pytest.raises(Unobservable, match="cannot be told"):
        scraped("10.0.0.1", "10.0.0.2")
