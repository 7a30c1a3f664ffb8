"""Whether the metrics can be read: by Flower's own answer, and by what a real Prometheus said of its scrape."""

from dataclasses import replace
from typing import Any

import pytest

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts.metrics import Metrics
from flower_audit.facts.metrics_reading import MetricsReading, metrics_reading
from flower_audit.facts.prometheus_targets import PrometheusTargets
from flower_audit.parsers.exposition import read_exposition
from flower_audit.parsers.prometheus_api import ScrapeTarget
from flower_audit.target import Target

METRICS = Metrics(
    url="http://127.0.0.1:5555/metrics",
    status=200,
    exposition=read_exposition('# TYPE flower_worker_online gauge\nflower_worker_online{worker="w1"} 1.0\n'),
)
SCRAPED = ScrapeTarget(
    job="flower", instance="flower.test:443", url="https://flower.test/metrics", health="up", age_s=3, interval_s=15
)
NONE = PrometheusTargets(prometheus="http://prometheus:9090", total=4, chosen=())
UP = replace(NONE, chosen=(SCRAPED,))
HOST = Target(name="t", connection="ssh://a@b")
SILENT = Unobservable("no curl")


def read(*facts: Any) -> MetricsReading:
    return metrics_reading(HOST, *facts)


def down(error: str) -> PrometheusTargets:
    return replace(NONE, chosen=(replace(SCRAPED, health="down", last_error=error),))


def test_either_side_suffices() -> None:
    assert read(METRICS).defect == ""
    assert read(METRICS, UP).where == METRICS.url
    assert read(None, UP).where == SCRAPED.url
    assert read(SILENT, UP).defect == ""
    assert read(METRICS, Unobservable("several Flowers")).defect == ""


@pytest.mark.parametrize(
    "error",
    [
        'expected a valid start token, got "<" ("INVALID") while parsing: "<"',
        '"INVALID" is not a valid start token',  # 2.42
        'received unsupported Content-Type "text/html; charset=utf-8" and no fallback_scrape_protocol given',
        'strconv.ParseFloat: parsing "one": invalid syntax while parsing: "a one"',
    ],
)
def test_prometheus_gets_something_else(error: str) -> None:
    found = read(METRICS, down(error))
    assert found.where == SCRAPED.url
    assert error[:60] in found.defect


@pytest.mark.parametrize(
    "error",
    [
        "connection refused",
        "server returned HTTP status 403 Forbidden",
        "context deadline exceeded",
        "oauth2: cannot fetch token: 401",
    ],
)
def test_a_scrape_that_got_nothing_says_nothing_of_the_format(error: str) -> None:
    assert read(METRICS, down(error)).defect == ""
    with pytest.raises(Absent):
        read(None, down(error))


def test_flowers_own_answer_is_something_else() -> None:
    page = replace(METRICS, exposition=read_exposition("<html>down for maintenance</html>\n"))
    assert "no Prometheus exposition" in read(page, UP).defect
    with pytest.raises(Absent, match="answers 500"):
        read(replace(METRICS, status=500, exposition=None), UP)
    with pytest.raises(Unobservable, match="no curl"):
        read(SILENT, NONE)


def test_neither_way_in_was_given() -> None:
    with pytest.raises(NotAsked, match="flower-prometheus"):
        metrics_reading(Target(name="t", url="https://flower.test"))
    with pytest.raises(Absent):
        read()
