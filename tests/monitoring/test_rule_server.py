"""Rules that another program evaluates: a real vmalert over a real Prometheus, and a VictoriaMetrics without one."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.alertmanager import alertmanager
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.rule_server import rule_server
from flower_audit.facts.rules import rules
from flower_audit.facts.series import series
from flower_audit.parsers.prometheus_api import PrometheusServer

RULES = """
groups:
  - name: celery
    rules:
      - alert: TasksFail
        expr: |
          sum(rate(flower_events_total{type="task-failed"}[10m]))
          / sum(rate(flower_events_total{type=~"task-(failed|succeeded)"}[10m])) > 0.1
        labels: {severity: page}
      - alert: NoWorkers
        expr: (sum(flower_worker_online) or vector(0)) < 1
        labels: {severity: page}
      - alert: Misspelt
        expr: sum(flower_worker_online{job="flwer"}) < 1
"""


@contextmanager
def running(folder: Path, name: str, *options: str) -> Iterator[None]:
    if shutil.which(name) is None:
        pytest.skip(f"needs Debian's {name} (package victoria-metrics)")
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([name, *options], cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def vmalert(stack: Any, folder: Path, *options: str) -> Iterator[str]:
    url = f"http://127.0.0.1:{stack.free_port()}"
    (folder / "rules.yml").write_text(RULES)
    (folder / "nobody.yml").write_text("static_configs: []\n")
    listen = url.removeprefix("http://")
    with running(
        folder, "vmalert", "-rule=rules.yml", f"-datasource.url={stack.url}", f"-httpListenAddr={listen}", *options
    ):
        stack.await_true("vmalert", lambda: "NoWorkers" in stack.get(f"{url}/api/v1/rules"))
        yield url


def without_rules(stack: Any) -> PrometheusServer:
    """The stack's Prometheus as one that leaves its rules to somebody else."""
    return replace(prometheus(stack.target(), stack.notes()), alerts=(), alertmanagers=())


def test_vmalerts_rules_are_judged_over_prometheus_series(stack: Any, tmp_path: Path) -> None:
    with vmalert(stack, tmp_path, f"-notifier.url={stack.alertmanager}") as url:
        target = stack.target(rules=url, alertmanager=stack.alertmanager)
        server = rule_server(target, stack.notes(), without_rules(stack))
        found = rules(server, series(target, stack.notes(), server))
        told = alertmanager(target, stack.notes(), server, found)
    assert {one.name: bool(one.dead) for one in found.judged} == {
        "TasksFail": False,
        "NoWorkers": False,
        "Misspelt": True,
    }
    assert found.uncovered == ("queue depth",)
    assert found.prometheus == url
    assert told.connected == (stack.alertmanager,)
    assert dict(told.told)["NoWorkers"][0].name == "pager"


def test_a_vmalert_that_notifies_nobody(stack: Any, tmp_path: Path) -> None:
    with vmalert(stack, tmp_path, "-notifier.config=nobody.yml") as url:
        server = rule_server(stack.target(rules=url), stack.notes(), without_rules(stack))
    assert server.alertmanagers == ()


def test_its_rules_come_beside_those_of_prometheus(stack: Any, tmp_path: Path) -> None:
    own = prometheus(stack.target(), stack.notes())
    assert rule_server(stack.target(), stack.notes(), own) is own
    with vmalert(stack, tmp_path, "-notifier.config=nobody.yml") as url:
        server = rule_server(stack.target(rules=url), stack.notes(), own)
    assert len(server.alerts) == len(own.alerts) + 3


def test_a_victoriametrics_whose_rules_are_elsewhere_is_not_said_to_have_none(stack: Any, tmp_path: Path) -> None:
    port = stack.free_port()
    url = f"http://127.0.0.1:{port}"
    target = stack.target(prometheus=url)
    with running(tmp_path, "victoria-metrics", "-storageDataPath=data", f"-httpListenAddr=127.0.0.1:{port}"):
        stack.await_true("VictoriaMetrics", lambda: "OK" in stack.get(f"{url}/health"))
        server = prometheus(target, stack.notes())
    assert server.alerts == ()
    with pytest.raises(Unobservable, match="--flower-rules"):
        rule_server(target, stack.notes(), server)


def test_a_rule_server_that_is_none(stack: Any) -> None:
    own = prometheus(stack.target(), stack.notes())
    nobody = stack.target(rules=f"http://127.0.0.1:{stack.free_port()}")
    with pytest.raises(Unobservable, match="refuses the connection"):
        rule_server(nobody, stack.notes(), own)
    other = stack.target(rules=f"http://127.0.0.1:{stack.flower_port}")
    with pytest.raises(Unobservable, match="no answer of Prometheus' API"):
        rule_server(other, stack.notes(), own)


def test_grafanas_own_rules_are_not_judged_without_their_conditions(stack: Any) -> None:
    own = prometheus(stack.target(), stack.notes())
    grafana = stack.target(rules=f"http://127.0.0.1:{stack.free_port()}/api/prometheus/grafana/")
    with pytest.raises(Unobservable, match="--flower-grafana instead"):
        rule_server(grafana, stack.notes(), own)
