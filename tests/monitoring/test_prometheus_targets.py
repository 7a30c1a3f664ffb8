"""What is scraped of this Flower."""

from typing import Any

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.prometheus_targets import PrometheusTargets, prometheus_targets
from flower_audit.facts.series import series
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.target import Target


def test_targets_of_this_flower(stack: Any) -> None:
    notes = stack.notes()
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
