"""What arrives, by a real Alertmanager whose receiver refuses, with and without a Prometheus that scrapes it."""

import json
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.alertmanager import Alertmanager
from flower_audit.facts.delivery import Delivery, delivery
from flower_audit.facts.local_series import LocalSeries
from flower_audit.parsers.alertmanager import Receiver

PAGER = Receiver(name="pager", kinds=("webhook",))


def told(stack: Any, **more: Any) -> Alertmanager:
    return Alertmanager(connected=(stack.alertmanager,), told=(("NoWorkers", (PAGER,)),), **more)


@pytest.fixture
def refused(stack: Any) -> Any:
    """The stack, once Prometheus has scraped an attempt that failed."""
    alert = [{"labels": {"alertname": "Watchdog", "severity": "page"}}]
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{stack.alertmanager}/api/v2/alerts", json.dumps(alert).encode(), headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200
    query = "/api/v1/query?query=alertmanager_notification_requests_failed_total%7Bintegration=%22webhook%22%7D%3E0"
    stack.await_true("a failed notification", lambda: '"value"' in stack.get(stack.url + query))
    return stack


def test_a_receiver_that_refuses(refused: Any) -> None:
    found = delivery(refused.target(), refused.notes(), told(refused))
    assert len(found.lost) == 1
    assert found.lost[0].startswith("every attempt to notify by webhook failed in the last 10 minutes (")


def test_the_same_without_its_history(refused: Any) -> None:
    target = refused.target(prometheus=None, alertmanager=refused.alertmanager)
    assert "since Alertmanager was started" in delivery(target, refused.notes(), told(refused)).lost[0]
    target = refused.target(prometheus=None, connection="local://")
    on_host = delivery(target, refused.notes(), told(refused), LocalSeries(replies={}), refused.on_host())
    assert "since Alertmanager was started" in on_host.lost[0]


def test_an_integration_of_others_too(refused: Any) -> None:
    shared = told(refused, shared_kinds=frozenset({"webhook"}))
    with pytest.raises(Unobservable, match="do not tell whose"):
        _ = delivery(refused.target(), refused.notes(), shared).lost
    mail = replace(told(refused), told=(("NoWorkers", (Receiver(name="mail", kinds=("email",)),)),))
    assert delivery(refused.target(), refused.notes(), mail) == Delivery()


def test_nothing_to_deliver(stack: Any) -> None:
    with pytest.raises(Absent):
        delivery(stack.target(), stack.notes(), Alertmanager(connected=()))
    dead = told(stack, problem="it is down")
    with pytest.raises(Absent):
        delivery(stack.target(), stack.notes(), dead)
