"""Accepts and rejects of alerting.*: literal rules, and the guide's own."""

from dataclasses import replace
from pathlib import Path

import pytest
from flower_audit.checks import test_alerting as checks
from packaging.version import Version

from flower_audit.check import Finding
from flower_audit.errors import Absent, NotApplicable, NotAsked, Unobservable
from flower_audit.facts.alertmanager import Alertmanager
from flower_audit.facts.delivery import Delivery
from flower_audit.facts.grafana_rules import GrafanaRules
from flower_audit.facts.options import Options, Setting
from flower_audit.facts.rule_files import RuleFiles
from flower_audit.facts.rules import Rules, rules
from flower_audit.facts.worker_loss import worker_loss
from flower_audit.parsers.alert_rules import AlertRule, read_rule_file
from flower_audit.parsers.alertmanager import Receiver
from flower_audit.parsers.prometheus_api import LoadedAlert, PrometheusServer
from flower_audit.parsers.promql import Selector, parse, selectors
from flower_audit.parsers.rule_advice import ADVICE, advised
from flower_audit.parsers.series_questions import Seen, questions, selections_of

GUIDE = (Path(__file__).parent.parent / "parsers" / "alert_rules" / "guide.yaml").read_text()
FLOWER = {
    "TasksFail": advised("failure rate", ["Flower"]),
    "NoWorkers": advised("no workers", ["Flower"]),
    "QueueLong": 'max by (key) (redis_key_size{key="celery"}) > 1000',
}


def loaded(rules_text: dict[str, str] | str) -> PrometheusServer:
    if isinstance(rules_text, str):
        found = read_rule_file(rules_text).alerts
    else:
        found = tuple(AlertRule(name=name, expression=text, group="rules") for name, text in rules_text.items())
    return PrometheusServer(
        url="http://prometheus:9090", alerts=tuple(LoadedAlert(rule=rule) for rule in found), records={}, now_s=1.8e9
    )


def seen(server: PrometheusServer, *metrics: str, values: dict[tuple[str, str], tuple[str, ...]] | None = None) -> Seen:
    """A Prometheus that holds these metrics, with these values of labels where they are named, else any."""
    selected = {*selections_of(server), *(Selector(one.metric) for one in selections_of(server))}
    known = values or {}

    def there(one: Selector) -> bool:
        return one.metric in metrics and all(
            any(
                matcher.admits(value) for value in known.get((one.metric, matcher.name), (matcher.value.split("|")[0],))
            )
            for matcher in one.matchers
        )

    return Seen(
        selections={one.quoted: there(one) for one in selected},
        values=known,
        families=frozenset({"Flower"} if any(name.startswith("flower_") for name in metrics) else ()),
        online={},
        hosts_up={},
        counted={},
    )


FLOWERS = ("flower_events_total", "flower_worker_online", "redis_key_size")
EVENTS = {("flower_events_total", "type"): ("task-succeeded", "task-failed")}


def judged(rules_text: dict[str, str] | str, *metrics: str) -> Rules:
    server = loaded(rules_text)
    return rules(server, seen(server, *(metrics or FLOWERS), values=EVENTS))


def rejected(check: object, *facts: object) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)  # type: ignore[operator]
    finding = caught.value.args[0]
    assert isinstance(finding, Finding)
    return finding


def test_healthy_rules_are_accepted() -> None:
    healthy = judged(FLOWER)
    checks.test_rules_loaded(healthy)
    checks.test_rules_alive(healthy)
    checks.test_rules_meaningful(healthy)


def test_no_rule_at_all() -> None:
    none = judged({"DiskFull": "node_filesystem_avail_bytes < 1e9"})
    finding = rejected(checks.test_rules_loaded, none)
    assert "none of 1 alert rules" in finding.observed
    for check in (checks.test_rules_alive, checks.test_rules_meaningful):
        with pytest.raises(NotApplicable, match=r"see alerting\.rules-loaded"):
            check(none)


@pytest.mark.parametrize(
    "elsewhere",
    [
        GrafanaRules(url="https://grafana.example.com", names=("No workers",)),
        Unobservable("https://grafana.example.com does not give its own alert rules (403)"),
    ],
)
def test_rules_that_grafana_keeps_are_not_called_missing(elsewhere: GrafanaRules | Unobservable) -> None:
    for some in ({"DiskFull": "node_filesystem_avail_bytes < 1e9"}, {"TasksFail": FLOWER["TasksFail"]}):
        server = loaded(some)
        found = rules(server, seen(server, *FLOWERS, values=EVENTS), elsewhere)
        with pytest.raises(Unobservable, match=r"grafana\.example\.com"):
            checks.test_rules_loaded(found)
    server = loaded(FLOWER)
    checks.test_rules_loaded(rules(server, seen(server, *FLOWERS, values=EVENTS), elsewhere))


@pytest.mark.parametrize(
    ("left_out", "situation"),
    [("TasksFail", "failure rate"), ("NoWorkers", "no workers"), ("QueueLong", "queue depth")],
)
def test_a_situation_without_a_rule(left_out: str, situation: str) -> None:
    finding = rejected(
        checks.test_rules_loaded, judged({name: text for name, text in FLOWER.items() if name != left_out})
    )
    assert situation in finding.observed
    assert advised(situation, ["Flower"]) in finding.fix


def test_a_rule_that_prometheus_cannot_evaluate() -> None:
    healthy = judged(FLOWER)
    broken = replace(healthy.judged[0], alert=replace(healthy.judged[0].alert, health="err", last_error="many-to-many"))
    finding = rejected(checks.test_rules_loaded, replace(healthy, judged=(broken, *healthy.judged[1:])))
    assert finding.observed == "TasksFail: many-to-many"


def test_a_rule_beyond_us_is_not_called_missing() -> None:
    odd = {**FLOWER, "QueueLong": "stdvar by (queue_name) (celery_queue_length) > 3"}
    with pytest.raises(Unobservable, match="QueueLong"):
        checks.test_rules_loaded(judged(odd))


def test_the_guides_rules_are_dead_over_flowers_metrics() -> None:
    guide = judged(GUIDE)
    checks.test_rules_loaded(guide)
    finding = rejected(checks.test_rules_alive, guide)
    assert "no series called celery_workers_online" in finding.observed
    assert finding.where.startswith("3 of 3 rules")
    assert "flower_events_total" in finding.fix


def test_the_guides_rules_over_fitting_metrics() -> None:
    guide = judged(GUIDE, "celery_tasks_total", "celery_workers_online", "celery_queue_length")
    checks.test_rules_loaded(guide)
    checks.test_rules_alive(guide)
    finding = rejected(checks.test_rules_meaningful, guide)
    assert finding.observed.startswith("CeleryHighFailureRate: it is called a rate")
    assert "celery_workers_online" not in finding.observed


def test_a_label_that_does_not_match() -> None:
    rule = {**FLOWER, "TasksFail": 'rate(flower_events_total{type="task-failure"}[5m]) > 0'}
    finding = rejected(checks.test_rules_alive, judged(rule))
    assert 'type="task-failure" (seen: task-succeeded, task-failed)' in finding.observed


def test_a_failure_still_to_come_is_alive() -> None:
    rule = {**FLOWER, "TasksRejected": 'increase(flower_events_total{type="task-rejected"}[5m]) > 0'}
    checks.test_rules_alive(judged(rule))


def test_a_dead_branch_beside_a_live_one_is_no_dead_rule() -> None:
    rule = {**FLOWER, "NoWorkers": "sum(flower_worker_online) < 1 or sum(celery_worker_up) < 1"}
    checks.test_rules_alive(judged(rule))


def test_an_unanswered_series_is_not_dead() -> None:
    server = loaded(FLOWER)
    unanswered = replace(seen(server, *FLOWERS, values=EVENTS), selections={})
    with pytest.raises(Unobservable, match="did not answer"):
        checks.test_rules_alive(rules(server, unanswered))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (
            'rate(celery_tasks_total{status="failure"}[5m]) / rate(celery_tasks_total[5m]) > 0.05',
            "divides a series by itself",
        ),
        ("sum(flower_worker_online) == 0 or vector(0)", "every situation"),
    ],
)
def test_rules_that_mean_nothing(expression: str, reason: str) -> None:
    finding = rejected(checks.test_rules_meaningful, judged({**FLOWER, "Odd": expression}))
    assert finding.observed.startswith("Odd: ")
    assert reason in finding.observed


def options(release: str, purge_s: int | None) -> Options:
    settings = {"purge_offline_workers": Setting(value=purge_s)}
    return Options(release=Version(release), settings=settings, workdir="/srv")


def test_missing_workers_are_seen_in_every_way() -> None:
    checks.test_survives_absence(worker_loss(judged(FLOWER), options("2.2.0", 60)))
    killed_too = {**FLOWER, "NoWorkers": "(sum(celery_worker_up) or vector(0)) < 1"}
    checks.test_survives_absence(worker_loss(judged(killed_too), None))
    in_two_rules = {**FLOWER, "NoWorkers": "sum(celery_workers) == 0", "Gone": "absent(celery_workers)"}
    checks.test_survives_absence(worker_loss(judged(in_two_rules), None))


def test_silent_when_the_series_is_gone() -> None:
    finding = rejected(
        checks.test_survives_absence, worker_loss(judged({**FLOWER, "NoWorkers": "flower_worker_online == 0"}), None)
    )
    assert finding.observed.startswith("NoWorkers: silent")


@pytest.mark.parametrize(
    ("release", "purge_s", "reason"), [("2.2.0", None, "is not set"), ("2.0.1", 60, "Flower 2.0.1")]
)
def test_silent_after_a_kill(release: str, purge_s: int | None, reason: str) -> None:
    finding = rejected(checks.test_survives_absence, worker_loss(judged(FLOWER), options(release, purge_s)))
    assert reason in finding.observed
    assert "purge_offline_workers" in finding.fix


def test_whether_flower_forgets_workers_is_not_guessed() -> None:
    with pytest.raises(NotAsked):
        worker_loss(judged(FLOWER), None)
    with pytest.raises(Absent):
        worker_loss(judged({"QueueLong": FLOWER["QueueLong"]}), None)


def test_files_in_force() -> None:
    files = RuleFiles(files=("/etc/prometheus/rules/celery.yml",))
    checks.test_rules_current(files)
    old = replace(
        files, different=("NoWorkers in /etc/prometheus/rules/celery.yml is not loaded as it is written there",)
    )
    assert "NoWorkers" in rejected(checks.test_rules_current, old).observed
    broken = replace(files, defects=("celery.yml is no YAML at line 2",))
    assert rejected(checks.test_rules_current, broken).observed == broken.defects[0]


def test_who_is_told() -> None:
    pager = Receiver(name="pager", kinds=("webhook",))
    reached = Alertmanager(connected=("http://am:9093",), version="0.27.0", told=(("NoWorkers", (pager,)),))
    checks.test_delivered(reached)
    assert "no Alertmanager" in rejected(checks.test_delivered, Alertmanager(connected=())).observed
    assert rejected(checks.test_delivered, replace(reached, problem="it is down")).observed == "it is down"
    nobody = replace(reached, told=(("NoWorkers", (pager,)), ("TasksFail", (Receiver(name="void"),))))
    assert rejected(checks.test_delivered, nobody).observed == "TasksFail ends at void, which sends nowhere"
    example = replace(reached, told=(("NoWorkers", (Receiver(name="mail", kinds=("email",), placeholder=True),)),))
    assert "NoWorkers ends at mail" in rejected(checks.test_delivered, example).observed
    with pytest.raises(NotApplicable):
        checks.test_delivered(replace(reached, told=()))


def test_what_was_silenced() -> None:
    pager = Receiver(name="pager", kinds=("webhook",))
    muted = Alertmanager(
        connected=("http://am:9093",),
        told=(("NoWorkers", (pager,)),),
        silenced=("NoWorkers is silenced until 2027-11-22",),
    )
    assert "until 2027-11-22" in rejected(checks.test_delivered, muted).observed


def test_what_does_not_arrive() -> None:
    pager = Receiver(name="pager", kinds=("webhook",))
    reached = Alertmanager(connected=("http://am:9093",), told=(("NoWorkers", (pager,)),))
    checks.test_delivered(reached, Delivery())
    lost = "every attempt to notify by webhook failed in the last 10 minutes (3 of 3)"
    assert rejected(checks.test_delivered, reached, Delivery(failing=(lost,))).observed == lost
    with pytest.raises(Unobservable, match="other receivers use it too"):
        checks.test_delivered(reached, Delivery(doubtful=lost))


def test_what_is_advised_is_right() -> None:
    for situation, by_exporter in ADVICE.items():
        for exporter, text in by_exporter.items():
            server = loaded({"Advised": text})
            (found,) = rules(server, seen(server)).judged
            assert found.judgement.covers == {situation}, exporter
            assert found.judgement.defects == ()
            assert all(one.metric in text for one in selectors(parse(text)))
    assert "redis_exporter" in advised("queue depth", ["Flower"])


def test_every_question_is_a_get_of_the_api() -> None:
    asked = questions(loaded(GUIDE))
    assert len(asked) == len(set(asked))
    assert all(path.startswith(("/api/v1/query?", "/api/v1/series?", "/api/v1/label/")) for path in asked)
