"""Whether somebody is told when Celery is in trouble.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.alertmanager import Alertmanager
from flower_audit.facts.delivery import Delivery
from flower_audit.facts.rule_files import RuleFiles
from flower_audit.facts.rules import Rules
from flower_audit.facts.worker_loss import WorkerLoss
from flower_audit.model import Severity
from flower_audit.parsers.rule_advice import advised

MONITORING = "Monitoring Integration"
COVERS = ("Alerting rules configured",)
NO_RULES = "no alert rule is about Celery (see alerting.rules-loaded)"


@check("alerting.rules-loaded", severity=Severity.HIGH, section=MONITORING, covers=COVERS)
def test_rules_loaded(rules: Rules) -> None:
    """Alerts for failing tasks, missing workers and long queues are in force.

    Why: nobody looks at Flower's pages at night.
    Fix: name a rule file in `rule_files` of prometheus.yml and reload; docs/alerting.md has rules for each exporter.
    Rules that another program evaluates are found with --flower-rules (vmalert, a ruler) or --flower-grafana.
    Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
    """
    assert rules.any, Finding(
        f"none of {rules.total} alert rules is about Celery",
        wanted="rules for three situations",
        where=rules.prometheus,
    )
    missing = rules.uncovered
    assert not missing, Finding(
        f"no rule fires on: {', '.join(missing)}",
        wanted="failure rate, no workers and queue depth covered",
        where=rules.prometheus,
        fix=f"add a rule with: {advised(missing[0], rules.exporters)}",
    )
    assert not rules.unhealthy, Finding(
        rules.unhealthy[0], wanted="rules that Prometheus can evaluate", where=rules.prometheus
    )


@check("alerting.rules-current", severity=Severity.HIGH, section=MONITORING, covers=COVERS)
def test_rules_current(rule_files: RuleFiles) -> None:
    """The alert rules in the files are the ones in force.

    Why: a rule that was corrected and never reloaded is still wrong.
    Fix: `promtool check rules` on the files, then `systemctl reload prometheus`.
    Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
    """
    assert not rule_files.defects, Finding(
        rule_files.defects[0], wanted="a file that Prometheus can load", where=", ".join(rule_files.files[:3])
    )
    assert not rule_files.different, Finding(
        rule_files.different[0], wanted="the same in force as in the files", where=", ".join(rule_files.files[:3])
    )


@check("alerting.rules-alive", severity=Severity.HIGH, section=MONITORING, covers=COVERS)
def test_rules_alive(rules: Rules) -> None:
    """Every alert about Celery selects series that exist.

    Why: a rule over a metric or a label that nobody serves never fires, and looks like a healthy one.
    Fix: write the rule over the metrics that are there; docs/alerting.md has rules for each exporter.
    Source: https://flower.readthedocs.io/en/latest/prometheus-integration.html
    """
    only_if(bool(rules.judged), NO_RULES)
    dead = rules.dead
    assert not dead, Finding(
        "; ".join(f"{one.name}: {one.dead[0]}" for one in dead[:4]),
        wanted="series for all that a rule selects",
        where=f"{len(dead)} of {len(rules.judged)} rules at {rules.prometheus}",
        fix=f"instead of {dead[0].name}: {advised(dead[0].situation, rules.exporters)}",
    )


@check("alerting.survives-absence", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_survives_absence(worker_loss: WorkerLoss) -> None:
    """The alert for missing workers also fires when they leave no zero behind.

    Why: a comparison with 0 is silent once the series is gone, and Flower's gauge stays 1 after `kill -9`.
    Fix: compare `(sum(flower_worker_online) or vector(0)) < 1`, and set Flower's `purge_offline_workers`.
    Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#absent
    """
    assert worker_loss.seen_when_vanished, Finding(
        f"{', '.join(worker_loss.rules[:3])}: silent when the workers' series are gone",
        wanted="an alert then too: `or absent(…)`, or `or vector(0)` before comparing",
        fix=f"use: {worker_loss.advice}",
    )
    assert not worker_loss.killed_problem, Finding(
        f"{', '.join(worker_loss.rules[:3])}: {worker_loss.killed_problem}",
        wanted="an alert after a worker is killed",
        fix="set `purge_offline_workers = 60` in flowerconfig.py (Flower 2.1 or later) and restart Flower",
    )


@check("alerting.rules-meaningful", severity=Severity.MEDIUM, section=MONITORING, covers=COVERS)
def test_rules_meaningful(rules: Rules) -> None:
    """The alerts about Celery are what they are called.

    Why: `rate(failed) > 0.1` is one failure in ten seconds of however many tasks, and x divided by x is always 1.
    Fix: divide the rate of failures by the rate of all finished tasks, both summed over the same labels.
    Source: https://prometheus.io/docs/practices/rules/
    """
    only_if(bool(rules.judged), NO_RULES)
    amiss = rules.meaningless
    assert not amiss, Finding(
        "; ".join(amiss[:3]),
        wanted="a share where a rate of failures is promised",
        where=rules.prometheus,
        fix=f"use: {advised('failure rate', rules.exporters)}",
    )


@check("alerting.delivered", severity=Severity.HIGH, section=MONITORING, covers=COVERS)
def test_delivered(alertmanager: Alertmanager, delivery: Delivery | None = None) -> None:
    """Alerts about Celery reach somebody.

    Why: an alert that no Alertmanager receives, that ends at an empty receiver, that was silenced and forgotten, or
    whose receiver refuses it, is seen by nobody.
    Fix: name the Alertmanager in `alerting` of prometheus.yml, give the receiver of its route an address that answers,
    and have Prometheus scrape Alertmanager, so that failing notifications are seen.
    Source: https://prometheus.io/docs/alerting/latest/configuration/
    """
    assert alertmanager.connected, Finding("Prometheus sends alerts to no Alertmanager", wanted="one that is up")
    assert not alertmanager.problem, Finding(
        alertmanager.problem, wanted="an Alertmanager that answers", where=alertmanager.connected[0]
    )
    only_if(bool(alertmanager.told), "no alert rule is about Celery, so there is none to deliver")
    assert not alertmanager.untold, Finding(
        alertmanager.untold[0] + ", which sends nowhere",
        wanted="a receiver with a real address",
        where=alertmanager.connected[0],
    )
    assert not alertmanager.silenced, Finding(
        "; ".join(alertmanager.silenced[:3]),
        wanted="no silence of a week or longer",
        where=alertmanager.connected[0],
        fix="`amtool silence query` shows who set it and why; `amtool silence expire ID` ends it",
    )
    assert delivery is None or not delivery.lost, Finding(
        delivery.lost[0] if delivery else "",
        wanted="notifications that arrive",
        where=alertmanager.connected[0],
        fix="Alertmanager's log says why: `journalctl -u prometheus-alertmanager | grep -i notify`",
    )
