"""Accepts and rejects of monitoring.*"""

from dataclasses import replace

import pytest
from flower_audit.checks import test_monitoring as checks

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.api import Api
from flower_audit.facts.exporter import Exporter, RunningExporter
from flower_audit.facts.grafana import Dashboard, Grafana
from flower_audit.facts.metrics import Metrics
from flower_audit.facts.metrics_reading import MetricsReading
from flower_audit.facts.prometheus_targets import PrometheusTargets
from flower_audit.parsers.exposition import read_exposition
from flower_audit.parsers.prometheus_api import ScrapeTarget
from flower_audit.policy import Policy

METRICS = Metrics(
    url="http://127.0.0.1:5555/metrics",
    status=200,
    content_type="text/plain",
    exposition=read_exposition('# TYPE flower_worker_online gauge\nflower_worker_online{worker="w1"} 1.0\n'),
)
EXPORTER = Exporter(
    running=(RunningExporter(pid=9, program="celery-exporter", manager="systemd", unit="celery-exporter.service"),)
)
SCRAPED = ScrapeTarget(
    job="flower", instance="localhost:5555", url="http://localhost:5555/metrics", health="up", age_s=3, interval_s=15
)
TARGETS = PrometheusTargets(
    prometheus="http://prometheus:9090", total=4, chosen=(SCRAPED,), online=frozenset({"w1@a", "w2@a"})
)
GRAFANA = Grafana(url="http://grafana:3000", total=3, dashboards=(Dashboard(title="Celery", asked=6, answered=4),))


def rejected(check: object, *facts: object) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)  # type: ignore[operator]
    finding = caught.value.args[0]
    assert isinstance(finding, Finding)
    return finding


def test_metrics_served() -> None:
    checks.test_metrics_served(METRICS)
    missing = replace(METRICS, status=404, exposition=None)
    assert rejected(checks.test_metrics_served, missing).observed == "answers 404"
    for status, exporter in ((401, None), (404, EXPORTER)):
        with pytest.raises(NotApplicable):
            checks.test_metrics_served(replace(missing, status=status), exporter)


def test_metrics_that_break_are_not_excused_by_an_exporter() -> None:
    broken = rejected(checks.test_metrics_served, replace(METRICS, status=500, exposition=None), EXPORTER)
    assert "no text" in broken.fix


def test_metrics_valid() -> None:
    checks.test_metrics_valid(MetricsReading(defect="", where=METRICS.url))
    page = MetricsReading(defect="it is no Prometheus exposition: <html>", where=METRICS.url)
    assert rejected(checks.test_metrics_valid, page).where == METRICS.url


def test_target_up() -> None:
    checks.test_target_up(TARGETS)
    nothing = rejected(checks.test_target_up, replace(TARGETS, chosen=(), flower_port=5566))
    assert nothing.observed == "none of 4 targets is Flower or a Celery exporter"
    assert "localhost:5566" in nothing.fix
    down = replace(SCRAPED, health="down", last_error="connection refused")
    assert "connection refused" in rejected(checks.test_target_up, replace(TARGETS, chosen=(down,))).observed
    stale = rejected(checks.test_target_up, replace(TARGETS, chosen=(replace(SCRAPED, age_s=600),)))
    assert stale.observed == "last scraped 600 s ago"


def test_interval() -> None:
    checks.test_interval(TARGETS, Policy())
    slow = replace(TARGETS, chosen=(SCRAPED, replace(SCRAPED, job="slow", interval_s=300, age_s=200)))
    assert rejected(checks.test_interval, slow, Policy()).where.startswith("job slow")
    checks.test_interval(slow, Policy(scrape_interval_max_seconds=300))
    with pytest.raises(NotApplicable):
        checks.test_interval(replace(TARGETS, chosen=()), Policy())


def test_what_was_not_scraped_yet() -> None:
    """Right after a reload Prometheus knows the interval, and nothing of the target."""
    waiting = replace(TARGETS, chosen=(replace(SCRAPED, health="unknown", age_s=None, interval_s=300),))
    assert "every 300 s" in rejected(checks.test_interval, waiting, Policy()).observed
    with pytest.raises(Unobservable, match="not been scraped yet"):
        checks.test_target_up(waiting)
    with pytest.raises(Unobservable, match="not been scraped yet"):
        checks.test_workers_agree(waiting, Api(workers={}))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"online": frozenset({"w1@a", "w2@a"})}, ""),
        ({"online": frozenset({"w1@a", "w2@a", "dead@b"})}, "shows dead@b online, which is not"),
        ({"online": frozenset({"w1@a"})}, "does not show w2@a"),
        ({"online": None, "hosts_up": frozenset({"a"})}, ""),
        ({"online": None, "hosts_up": frozenset({"a", "b"})}, "shows the hosts a, b"),
        ({"online": None, "counted": 2}, ""),
        ({"online": None, "counted": 3}, "counts 3"),
        ({"online": None}, "shows none"),
    ],
)
def test_workers_agree(known: dict[str, object], said: str) -> None:
    flower = Api(workers={"w1@a": True, "w2@a": True, "w3@a": False})
    targets = replace(TARGETS, **known)
    if said:
        finding = rejected(checks.test_workers_agree, targets, flower)
        assert finding.observed == said
        assert ("flower_worker_online" in finding.fix) is said.startswith(("does not show", "shows none"))
    else:
        checks.test_workers_agree(targets, flower)


def test_workers_agree_needs_both() -> None:
    with pytest.raises(NotApplicable):
        checks.test_workers_agree(replace(TARGETS, chosen=()), Api())
    with pytest.raises(Unobservable):
        checks.test_workers_agree(TARGETS, Api(workers_problem="no account is declared"))


def test_exporter_managed() -> None:
    checks.test_exporter_managed(EXPORTER)
    shell = RunningExporter(pid=77, program="prometheus-metrics.py", manager="session", unit="session-4.scope")
    finding = rejected(checks.test_exporter_managed, Exporter(running=(*EXPORTER.running, shell)))
    assert finding.observed == "prometheus-metrics.py (process 77) belongs to session-4.scope"
    with pytest.raises(Unobservable):
        checks.test_exporter_managed(Exporter(running=(replace(shell, manager="unknown"),)))


def test_dashboard() -> None:
    checks.test_dashboard(GRAFANA)
    sick = replace(GRAFANA, sick=("data source prom: connection refused",))
    assert "connection refused" in rejected(checks.test_dashboard, sick).observed
    assert "none of 3" in rejected(checks.test_dashboard, replace(GRAFANA, dashboards=())).observed
    empty = replace(GRAFANA, dashboards=(Dashboard(title="Celery", asked=6, answered=1),))
    assert rejected(checks.test_dashboard, empty).observed == "1 of 6 queries return series"
    checks.test_dashboard(replace(GRAFANA, dashboards=(*empty.dashboards, *GRAFANA.dashboards)))
