"""Who is told, by a real Alertmanager."""

import json
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flower_audit.errors import NotAsked, Unobservable
from flower_audit.facts.alertmanager import Alertmanager, alertmanager
from flower_audit.target import Target


def test_who_is_told(stack: Any) -> None:
    notes = stack.notes()
    target = stack.target(alertmanager=stack.alertmanager)
    server, judged = stack.asked()
    found = alertmanager(target, notes, server, judged)
    told = dict(found.told)
    assert found.version
    assert [receiver.name for receiver in told["NoWorkers"]] == ["pager"]
    assert told["NoWorkers"][0].sends
    assert any(text == "CeleryNoWorkers ends at nobody" for text in found.untold)
    assert not any("NoWorkers ends" in text and text.startswith("NoWorkers") for text in found.untold)
    assert "hunter2hunter2" not in repr(found)


def test_a_silence_that_was_forgotten(stack: Any) -> None:
    now = datetime.now(UTC)

    def silence(days: float, **labels: str) -> None:
        matchers = [{"name": name, "value": value, "isRegex": False} for name, value in labels.items()]
        times = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=days)).isoformat()}
        body = json.dumps({"matchers": matchers, **times, "createdBy": "ops", "comment": "upgrade"}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{stack.alertmanager}/api/v2/silences", body, headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200

    server, judged = stack.asked()
    target = stack.target(alertmanager=stack.alertmanager)
    silence(0.1, alertname="NoWorkers")
    silence(300, alertname="NoWorkers", team="somebody else's")
    assert alertmanager(target, stack.notes(), server, judged).silenced == ()
    silence(300, alertname="NoWorkers")
    wanted = (f"NoWorkers is silenced until {now + timedelta(days=300):%Y-%m-%d}",)
    assert alertmanager(target, stack.notes(), server, judged).silenced == wanted
    local = Target(name="t", connection="local://")
    assert alertmanager(local, stack.notes(), server, judged, stack.on_host()).silenced == wanted


def test_an_alertmanager_that_was_not_named(stack: Any) -> None:
    server, judged = stack.asked()
    with pytest.raises(NotAsked, match="needs --flower-alertmanager"):
        alertmanager(stack.target(), stack.notes(), server, judged)
    assert alertmanager(stack.target(), stack.notes(), replace(server, alertmanagers=()), judged) == Alertmanager(
        connected=()
    )
    dead = stack.target(alertmanager=f"http://127.0.0.1:{stack.free_port()}")
    assert "refuses the connection" in alertmanager(dead, stack.notes(), server, judged).problem
    wrong = stack.target(alertmanager=stack.url)
    with pytest.raises(Unobservable, match="no status of an Alertmanager"):
        alertmanager(wrong, stack.notes(), server, judged)


def test_an_alertmanager_on_the_host_that_gives_no_status(stack: Any) -> None:
    target = Target(name="t", connection="local://")
    server, judged = stack.asked()
    down = replace(stack.on_host(), routing=None, alertmanager_status=0)
    assert "does not answer on this host" in alertmanager(target, stack.notes(), server, judged, down).problem
    with pytest.raises(Unobservable, match="gives no status"):
        alertmanager(target, stack.notes(), server, judged, replace(down, alertmanager_status=401))
    with pytest.raises(NotAsked):
        alertmanager(target, stack.notes(), server, judged, replace(down, alertmanager_status=None))
