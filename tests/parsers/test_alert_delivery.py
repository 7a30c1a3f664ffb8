"""Counters of notifications: which of them say that nothing arrives, and which only that a network had a bad second."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.json_api import Reply
from flower_audit.parsers.alert_delivery import Sending, questions, read_counters, read_history

# As Alertmanager 0.25.0 of Debian 12 answered after its receiver had been away, other integrations left out.
METRICS = """\
# TYPE alertmanager_notification_requests_failed_total counter
alertmanager_notification_requests_failed_total{integration="email"} 0
alertmanager_notification_requests_failed_total{integration="webhook"} 13
# TYPE alertmanager_notification_requests_total counter
alertmanager_notification_requests_total{integration="email"} 0
alertmanager_notification_requests_total{integration="webhook"} 13
# TYPE alertmanager_notifications_failed_total counter
alertmanager_notifications_failed_total{integration="webhook"} 1
# TYPE alertmanager_notifications_total counter
alertmanager_notifications_total{integration="webhook"} 2
"""
HERE = "127.0.0.1:9093"


def told(*windows: Mapping[str, int], instance: str = HERE, **more: str) -> dict[str, Reply]:
    """Answers of Prometheus: one for each window, shortest first, each with counters of webhooks."""
    answers = {}
    padded = (*windows, *[windows[-1]] * (len(questions()) - len(windows)))
    for path, counters in zip(questions(), padded, strict=True):
        result = [
            {"metric": {"instance": instance, "integration": "webhook", "counter": name, **more}, "value": [0, str(n)]}
            for name, n in counters.items()
        ]
        answers[path] = Reply(
            200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})
        )
    return answers


def merged(one: Any, other: Any) -> Any:
    one["data"]["result"] += other["data"]["result"]
    return one


def latest(*windows: Mapping[str, int]) -> Sending:
    (found,) = read_history(told(*windows), {HERE})
    return found


def test_nothing_arrives() -> None:
    found = latest({"attempts": 3, "failed": 3})
    assert found.failing == "every attempt to notify by webhook failed in the last 10 minutes (3 of 3)"
    assert found.arrives_nowhere


def test_an_attempt_that_was_repeated_with_success() -> None:
    assert latest({"attempts": 3, "failed": 2}).failing == ""


def test_given_up_just_now_while_others_arrive() -> None:
    found = latest({"attempts": 9, "failed": 7, "given_up": 1})
    assert found.failing == "Alertmanager gave up 1 notifications by webhook in the last 10 minutes"
    assert not found.arrives_nowhere


def test_given_up_hours_ago_and_arriving_since() -> None:
    assert latest({"attempts": 1}, {"attempts": 9, "failed": 7, "given_up": 2}).failing == ""
    assert latest({}, {}, {"attempts": 9, "failed": 7, "given_up": 2}).failing == ""


def test_the_last_thing_that_was_tried_failed_hours_ago() -> None:
    assert "in the last 6 hours (4 of 4)" in latest({}, {}, {"attempts": 4, "failed": 4}).failing


def test_whose_counters_they_are() -> None:
    assert read_history(told({"attempts": 1}, instance="am:9093"), {HERE})  # the only one that is scraped
    pair = told({"attempts": 1}), told({"attempts": 2}, instance="am:9093")
    both = {path: Reply(200, json.dumps(merged(*(reply[path].json() for reply in pair)))) for path in questions()}
    assert [(one.instance, one.attempts) for one in read_history(both, {HERE})] == [(HERE, 1)]
    assert read_history(both, {"elsewhere:9093"}) == ()
    named = read_history(told({"attempts": 1, "failed": 1}, receiver_name="oncall"), {HERE})
    assert "by webhook to oncall" in named[0].failing


def test_nothing_was_sent_or_nobody_scrapes_it() -> None:
    assert read_history(told({}), {HERE}) == ()


def test_a_prometheus_that_does_not_answer() -> None:
    with pytest.raises(Unobservable):
        read_history({}, {HERE})


def test_counters_as_they_stand() -> None:
    (found,) = read_counters(METRICS)
    assert (found.attempts, found.failed, found.given_up) == (13, 13, 1)
    assert found.failing == "every attempt to notify by webhook failed since Alertmanager was started (13 of 13)"
    (once,) = read_counters(
        METRICS.replace('requests_total{integration="webhook"} 13', 'requests_total{integration="webhook"} 14')
    )
    assert once.failing == ""  # when it failed is not told
    reasons = METRICS.replace(
        'failed_total{integration="webhook"} 1\n',
        'failed_total{integration="webhook",reason="other"} 1\n'
        'alertmanager_notifications_failed_total{integration="webhook",reason="clientError"} 2\n',
    )
    assert read_counters(reasons)[0].given_up == 3
    assert read_counters("<html>no metrics</html>") == ()
    assert read_counters('alertmanager_notifications_failed_total{integration="webhook"} x\n') == ()
