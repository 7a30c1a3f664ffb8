"""Rule files in the styles people write, with the right answers beside them, and promtool's word on every verdict."""

import json
import math
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from flower_audit.parsers import celery_metrics as metrics
from flower_audit.parsers.alert_rules import (
    AlertRule,
    Judgement,
    duration_s,
    judge,
    merge,
    read_rule_file,
    uncovered,
)
from flower_audit.parsers.promql import Malformed, Matcher, Selector, Unpredictable, can_return, parse, selectors
from flower_audit.parsers.promql_evaluation import Evaluation

FILES = sorted((Path(__file__).parent / "alert_rules").glob("*.yaml"))
PROMTOOL = shutil.which("promtool")


def alerts() -> list[tuple[Path, AlertRule]]:
    return [(path, alert) for path in FILES for alert in read_rule_file(path.read_text(), path.name).alerts]


def test_there_are_enough_files() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize(
    ("path", "alert"), alerts(), ids=lambda value: value.stem if isinstance(value, Path) else value.name
)
def test_judged_rightly(path: Path, alert: AlertRule) -> None:
    answer = json.loads(path.with_suffix(".answers.json").read_text())[alert.name]
    found = judge(alert, read_rule_file(path.read_text()).records)
    assert found.covers == frozenset(answer["covers"])
    assert found.fires_when_vanished is answer.get("vanished", False)
    assert found.fires_when_killed is answer.get("killed", False)
    assert answer.get("undecided", "") in found.undecided
    assert bool(found.undecided) is ("undecided" in answer)
    expected = answer.get("defects", [])
    assert len(found.defects) == len(expected)
    assert all(part in defect for part, defect in zip(expected, found.defects, strict=True))


def test_answers_name_every_rule() -> None:
    for path in FILES:
        named = [alert.name for alert in read_rule_file(path.read_text()).alerts]
        assert sorted(json.loads(path.with_suffix(".answers.json").read_text())) == sorted(named)


ENOUGH = 20
"""Workers; more of them cost promtool time and change no verdict."""

ELSEWHEN = {
    "FewerThanBefore",
    "NoWorkersByDay",
    "CeleryFailedEver",
    "FlowerHighFailureRate",
    "WorkersScalar",
    "FleetTooSmall",  # asks for more workers than promtool is given
    "CountedFleetTooSmall",
}
"""Rules that give a number, or look at another time or at a counter's height, which promtool's series do not share."""

FITTING = ("celery", "celery.service", "celery-exporter", "default")
"""Values for labels that a rule matches by a pattern; the made-up world leaves those labels away."""


def input_series(world: metrics.CeleryWorld, selections: tuple[Selector, ...]) -> list[dict[str, str]]:
    written = {}
    for selection in selections:
        patterns = [matcher for matcher in selection.matchers if matcher.op == "=~"]
        fitting = {m.name: next((value for value in FITTING if m.admits(value)), "") for m in patterns}
        for series in list(world(selection, 0.0))[:ENOUGH]:
            bearing = {**fitting, **series.labels}
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(bearing.items()))
            start = series.level if series.slope == 0 else 0
            written[f"{selection.metric}{{{labels}}}"] = f"{start:.6f}+{series.slope * 60:.6f}x66"
    return [{"series": name, "values": values} for name, values in written.items()]


def telling_worlds(found: Judgement) -> list[metrics.Situation]:
    """Those in which what the rule selects differs from the world where all is well; promtool is not fast."""
    kinds = found.about
    told = [metrics.HEALTHY]
    if kinds & {metrics.Kind.FAILED, metrics.Kind.EVENTS, metrics.Kind.STATES}:
        told += [metrics.FAILING, metrics.DROWNED]
    if kinds & {metrics.Kind.WORKER_FLAG, metrics.Kind.WORKER_COUNT, metrics.Kind.WORKER_DOWN}:
        told += [metrics.NO_WORKERS, metrics.VANISHED, metrics.KILLED]
    if kinds & {metrics.Kind.QUEUE, metrics.Kind.SENT, metrics.Kind.EVENTS}:
        told += [metrics.BACKLOG]
    return told


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_prometheus_itself_agrees(tmp_path: Path) -> None:
    """Every rule in every situation: promtool runs the real engine over the series of our made-up worlds."""
    groups = []
    for path, alert in alerts():
        records = read_rule_file(path.read_text()).records
        found = judge(alert, records)
        if found.undecided or alert.name in ELSEWHEN:
            continue
        known = {name: parse(text) for name, text in records.items()}
        raw = tuple(selection for selection in found.selections if selection.metric not in known)
        for situation in telling_worlds(found):
            world = metrics.CeleryWorld.asked(situation, found.selections)
            fires = Evaluation(world, known).fires(parse(alert.expression))
            groups.append(
                {
                    "name": f"{path.stem} {alert.name}: {situation.name}",
                    "interval": "1m",
                    "input_series": input_series(world, raw),
                    "promql_expr_test": [
                        {
                            "expr": f"group({alert.expression}) or vector(0)",
                            "eval_time": "1h5m",
                            "exp_samples": [{"labels": "{}", "value": int(fires)}],
                        }
                    ],
                }
            )
    (tmp_path / "records.yaml").write_text((FILES[0].parent / "recorded.yaml").read_text())
    (tmp_path / "tests.yaml").write_text(
        json.dumps({"rule_files": ["records.yaml"], "evaluation_interval": "1m", "tests": groups})
    )
    assert len(groups) > 100
    run = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(tmp_path / "tests.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_promtool_reads_what_we_read(path: Path, tmp_path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    plain = tmp_path / path.name
    plain.write_text(json.dumps(content.get("spec", content)))
    run = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(plain)], capture_output=True, text=True, timeout=20, check=False
    )
    ours = read_rule_file(path.read_text())
    malformed = [alert for alert in ours.alerts if judge(alert).undecided.startswith("its expression is not PromQL")]
    assert (run.returncode == 0) is (not malformed)
    if not malformed:
        assert f"{len(ours.alerts) + len(ours.records)} rules found" in run.stdout


def test_uncovered_keeps_the_order_of_the_guide() -> None:
    path = FILES[0].parent / "guide.yaml"
    judged = [judge(alert) for alert in read_rule_file(path.read_text()).alerts]
    assert uncovered(judged) == ()
    assert uncovered(judged[1:2]) == ("failure rate", "queue depth")
    assert uncovered([]) == ("failure rate", "no workers", "queue depth")


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("groups:\n\t- name: tabs", "no YAML at line 2"),
        ("- alert: A\n  expr: up", "no list of groups"),
        ("", "no list of groups"),
        ("groups: [{name: a, rules: [{alert: A}]}]", "without an expression"),
        ("groups: " + "[" * 5000, "is no YAML"),
        ("groups: 2026-99-99", "is no YAML"),
    ],
)
def test_broken_files_say_what_is_wrong(text: str, defect: str) -> None:
    found = read_rule_file(text, "alerts.yml")
    assert defect in found.defects[0]
    assert "alerts.yml" in found.defects[0]


def test_merge_keeps_all() -> None:
    both = merge([read_rule_file(path.read_text(), path.name) for path in FILES])
    assert len(both.alerts) == len(alerts())
    assert "celery:workers" in both.records


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300.0), ("1h30m", 5400.0), ("250ms", 0.25), (None, 0.0), (30, 30.0), ("1d", 86400.0)]
)
def test_durations(text: object, seconds: float) -> None:
    assert math.isclose(duration_s(text), seconds)


@pytest.mark.parametrize(
    ("text", "alive", "returns"),
    [
        ("a > 1", {"a"}, True),
        ("a > 1", set(), False),
        ("a / b > 1", {"a"}, False),
        ("a > 1 or b > 1", {"b"}, True),
        ("a unless b", {"a"}, True),
        ("a and b", {"a"}, False),
        ("absent(a)", set(), False),
        ("a == 0 or absent(a)", set(), False),
        ("absent(a)", {"a"}, True),
        ("sum by (x) (rate(a[5m])) > 0", {"a"}, True),
        ('{__name__="a"} > 1', {"a"}, True),
        ("vector(1)", set(), True),
    ],
)
def test_dead_or_alive(text: str, alive: set[str], returns: bool) -> None:
    assert can_return(parse(text), lambda selector: selector.metric in alive) is returns


def test_selectors_are_written_back_as_they_were() -> None:
    (found,) = selectors(parse(r"""sum(rate(x{a="q\"uote",b=~"c|d\\.e",f!=""}[5m]))"""))
    assert found.metric == "x"
    assert found.quoted == r'x{a="q\"uote",b=~"c|d\\.e",f!=""}'
    assert selectors(parse(found.quoted)) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x >",
        "sum(",
        "x" * 30_000,
        "(" * 300 + "x" + ")" * 300,
        "-" * 19_000 + "x",  # these overflow the native parser's stack
        "+".join(["a"] * 9_000),
        " or ".join(["a"] * 3_000),
    ],
    ids=range(8),
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


def test_long_rules_of_people_are_read() -> None:
    text = " or ".join(f'celery_queue_length{{queue_name="q-{number}-and-or"}} > 1000' for number in range(100))
    assert judge(AlertRule(name="x", expression=text)).covers == {"queue depth"}
    assert len(selectors(parse(text))) == 100


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+", "(.*)*x", ".*a.*b.*c.*d.*e", "a" * 600, "(?P<"])
def test_patterns_that_would_be_searched_for_ever(pattern: str) -> None:
    with pytest.raises(Unpredictable):
        Matcher("job", "=~", pattern).admits("a" * 60)


@pytest.mark.parametrize(
    ("pattern", "value", "admits"),
    [
        ("celery|flower", "flower", True),
        (".*celery.*", "my-celery-1", True),
        ("(a|b)", "ab", False),
        ("task-(failed|x)", "task-failed", True),
    ],
)
def test_patterns_of_people(pattern: str, value: str, admits: bool) -> None:
    assert Matcher("job", "=~", pattern).admits(value) is admits
    assert Matcher("job", "!~", pattern).admits(value) is not admits


def test_a_small_text_of_endless_rules_is_bounded() -> None:
    text = "r: &r {alert: A, expr: up}\ng: &g {name: a, rules: [" + "*r," * 3000 + "]}\ngroups: [" + "*g," * 3000 + "]"
    found = read_rule_file(text, "bomb.yml")
    assert len(found.alerts) <= 5000
    assert "more rules than" in found.defects[-1]


def test_an_unknown_metric_is_not_guessed() -> None:
    with pytest.raises(Unpredictable, match="shop_orders_open"):
        metrics.CeleryWorld(metrics.HEALTHY, {})(Selector("shop_orders_open"), 0.0)


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("celery_queue_depth", metrics.Kind.QUEUE),
        ("celery_broker_queue_length", metrics.Kind.QUEUE),
        ("myapp_celery_workers", metrics.Kind.WORKER_COUNT),
        ("celery_worker_count", metrics.Kind.WORKER_COUNT),
        ("celery_task_failures_total", metrics.Kind.FAILED),
        ("celery_task_queue_wait_time_sum", metrics.Kind.RUNTIME),
        ("node_load1", None),
        ("http_requests_total", None),
    ],
)
def test_home_made_names(metric: str, kind: metrics.Kind | None) -> None:
    assert metrics.kind_of(Selector(metric)) is kind
