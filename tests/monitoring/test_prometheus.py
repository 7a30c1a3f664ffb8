"""A Prometheus, asked from here."""

import time
from typing import Any

import pytest

from flower_audit.errors import Absent, NotAsked, Unobservable, Unreachable
from flower_audit.facts.local_prometheus import local_prometheus
from flower_audit.facts.prometheus import prometheus
from flower_audit.probe import Output
from flower_audit.target import Target


def test_what_it_says_of_itself(stack: Any) -> None:
    server, _ = stack.asked()
    assert server.version.startswith("2.")
    assert server.alertmanagers == (f"{stack.alertmanager}/api/v2/alerts",)
    assert server.rule_patterns[0].endswith("rules/*.yml")
    assert abs(server.now_s - time.time()) < 60
    assert {one.rule.name for one in server.alerts} >= {"CeleryNoWorkers", "NoWorkers", "CeleryWorkerDown"}
    health = {one.job: one.health for one in server.targets}
    assert health == {"flower": "up", "celery-exporter": "up", "alertmanager": "up", "node": "down"}


def test_no_prometheus_at_all(stack: Any) -> None:
    with pytest.raises(NotAsked, match=r"needs --flower-prometheus \(none runs on the host\)"):
        prometheus(Target(name="t", connection="local://"), stack.notes(), None)
    with pytest.raises(NotAsked, match=r"needs --flower-prometheus$"):
        prometheus(Target(name="t", url="https://flower.example.com/"), stack.notes(), None)
    with pytest.raises(Unobservable, match="too long"):
        prometheus(Target(name="t"), stack.notes(), local_prometheus(Output(rc=124, stdout="")))
    with pytest.raises(Absent):
        local_prometheus(Output(rc=0, stdout="{}"))


def test_a_prometheus_that_cannot_be_asked(stack: Any) -> None:
    with pytest.raises(Unreachable, match="refuses") as caught:
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{stack.free_port()}"), stack.notes())
    assert caught.value.way == "prometheus"
    with pytest.raises(Unobservable, match="no answer of Prometheus' API"):
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{stack.flower_port}"), stack.notes())


def test_a_login_in_the_url_is_not_shown(stack: Any) -> None:
    notes = stack.notes()
    secret = stack.url.replace("http://", "http://me:hunter2hunter2@")
    server = prometheus(stack.target(prometheus=secret), notes)
    assert "hunter2" not in repr(server) + repr(notes)
