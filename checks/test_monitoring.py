"""Whether Prometheus and Grafana see this Flower.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.api import Api
from flower_audit.facts.exporter import Exporter
from flower_audit.facts.grafana import Grafana
from flower_audit.facts.metrics import Metrics
from flower_audit.facts.metrics_reading import MetricsReading
from flower_audit.facts.prometheus_targets import PrometheusTargets
from flower_audit.model import Severity
from flower_audit.policy import Policy

MONITORING = "Monitoring Integration"
COVERS = ("Monitoring integrated",)


@check("monitoring.metrics-served", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_metrics_served(metrics: Metrics, exporter: Exporter | None = None) -> None:
    """Flower serves its metrics where Prometheus can ask for them.

    Why: without them nobody is told when tasks fail or workers are lost. Asked on Flower's own host, for the public
    side should be refused; what Prometheus gets is monitoring.target-up.
    Fix: Flower serves `/metrics` by itself (below its url_prefix); upgrade a Flower older than 0.9.5.
    Source: https://flower.readthedocs.io/en/latest/prometheus-integration.html
    """
    only_if(metrics.status not in {401, 302}, "this Flower asks for a login at /metrics, which Prometheus may have")
    broken = metrics.status >= 500
    only_if(metrics.status == 200 or broken or exporter is None, "an exporter serves the metrics instead of Flower")
    look = "read the traceback in Flower's log: a name of a task that is no text breaks them until Flower is restarted"
    assert metrics.status == 200, Finding(
        f"answers {metrics.status}", wanted="200", where=metrics.url, fix=look if broken else ""
    )


@check("monitoring.metrics-valid", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_metrics_valid(metrics_reading: MetricsReading) -> None:
    """The metrics that Flower serves can be read by Prometheus.

    Why: Prometheus drops the whole answer when one line of it is wrong.
    Fix: look at the answer with `promtool check metrics`, and at what stands between Prometheus and Flower.
    Source: https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    reading = metrics_reading
    assert not reading.defect, Finding(reading.defect, wanted="Prometheus' text format", where=reading.where)


@check("monitoring.target-up", severity=Severity.HIGH, section=MONITORING, covers=COVERS)
def test_target_up(prometheus_targets: PrometheusTargets) -> None:
    """Prometheus scrapes this Flower, or an exporter beside it, and succeeds.

    Why: a job that is missing or fails leaves every alert about Celery silent.
    Fix: add a job to `scrape_configs` of prometheus.yml that asks Flower's `/metrics`, and reload Prometheus.
    Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    """
    targets = prometheus_targets
    job = f"{{job_name: flower, static_configs: [{{targets: ['localhost:{targets.flower_port}']}}]}}"
    assert targets.chosen, Finding(
        f"none of {targets.total} targets is Flower or a Celery exporter",
        wanted="a job that scrapes it",
        where=targets.prometheus,
        fix=f"add to scrape_configs: {job}",
    )
    assert not targets.down, Finding(
        f"down: {targets.down[0].last_error}", wanted="up", where=f"job {targets.down[0].job}, {targets.down[0].url}"
    )
    assert not targets.stale, Finding(
        f"last scraped {targets.stale[0].age_s:.0f} s ago",
        wanted=f"every {targets.stale[0].interval_s:g} s",
        where=f"job {targets.stale[0].job}, {targets.stale[0].url}",
    )


@check("monitoring.interval", severity=Severity.LOW, section=MONITORING, covers=COVERS)
def test_interval(prometheus_targets: PrometheusTargets, policy: Policy) -> None:
    """Flower is scraped often enough for its alerts.

    Why: a rate over five minutes needs several samples in them.
    Fix: set `scrape_interval: 15s` in Flower's job in prometheus.yml, and reload Prometheus.
    Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    """
    only_if(bool(prometheus_targets.chosen), "nothing of this Flower is scraped (see monitoring.target-up)")
    slowest = prometheus_targets.slowest
    assert slowest.interval_s <= policy.scrape_interval_max_seconds, Finding(
        f"every {slowest.interval_s:g} s",
        wanted=f"every {policy.scrape_interval_max_seconds} s or more often",
        where=f"job {slowest.job}, {slowest.url}",
    )


@check("monitoring.workers-agree", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_workers_agree(prometheus_targets: PrometheusTargets, api: Api) -> None:
    """Prometheus shows the same workers online as Flower.

    Why: flower_worker_online stays 1 after a worker is killed, so an alert on it is blind to crashes.
    Fix: set `purge_offline_workers` (Flower 2.1 or later), so that dead workers leave the metrics too.
    Source: https://github.com/mher/flower/issues/1128
    """
    only_if(bool(prometheus_targets.chosen), "nothing of this Flower is scraped (see monitoring.target-up)")
    difference = prometheus_targets.difference_from(api.online)
    unseen = "which is not" not in difference and difference.startswith(("shows none", "does not show"))
    assert not difference, Finding(
        difference,
        wanted=f"the {len(api.online)} that Flower sees online",
        where=prometheus_targets.prometheus,
        fix="see that the job scrapes this Flower, and drops no flower_worker_online (metric_relabel_configs)" * unseen,
    )


@check("monitoring.exporter-managed", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_exporter_managed(exporter: Exporter) -> None:
    """The metrics exporter is kept running by a service manager.

    Why: a program started with `&` ends with its shell, or stays down after its first crash or a reboot.
    Fix: write a systemd unit for it with `Restart=on-failure`, and enable it.
    Source: systemd.service(5), Restart=.
    """
    left_alone = exporter.unmanaged
    assert not left_alone, Finding(
        f"{left_alone[0].program} (process {left_alone[0].pid}) belongs to {left_alone[0].unit or 'no unit'}",
        wanted="a systemd unit, a container or a supervisor",
        where="/proc",
        fix="put its command into ExecStart= of /etc/systemd/system/celery-exporter.service, then "
        "`systemctl enable --now celery-exporter`",
    )


@check("monitoring.dashboard", severity=Severity.LOW, section=MONITORING, covers=COVERS)
def test_dashboard(grafana: Grafana) -> None:
    """Grafana has a dashboard about Celery that shows something.

    Why: a dashboard made for another exporter's metrics stays empty, and is found so in the middle of an incident.
    Fix: import the dashboard that Flower ships (examples/celery-monitoring-grafana-dashboard.json).
    Source: https://flower.readthedocs.io/en/latest/prometheus-integration.html
    """
    assert not grafana.sick, Finding(grafana.sick[0], wanted="a healthy data source", where=grafana.url)
    best = grafana.best
    assert best is not None, Finding(
        f"none of {grafana.total} dashboards asks for Celery's metrics", wanted="one that does", where=grafana.url
    )
    assert best.answered * 2 >= max(1, best.asked), Finding(
        f"{best.answered} of {best.asked} queries return series",
        wanted="half of them or more",
        where=f"dashboard “{best.title}” at {grafana.url}",
    )
