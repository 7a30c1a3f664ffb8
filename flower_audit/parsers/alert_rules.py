"""Alert rules: reading rule files, and judging what a rule would do in the situations that matter.

A rule covers a situation when it fires in it and is quiet while all is well, whatever its name says.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import promql_parser as ast
import yaml

from flower_audit.parsers.celery_metrics import (
    BACKLOG,
    DROWNED,
    FAILING,
    HEALTHY,
    KILLED,
    MANY_WORKERS,
    NO_WORKERS,
    VANISHED,
    CeleryWorld,
    Kind,
    kind_of,
    speaks_of_celery,
)
from flower_audit.parsers.promql import Malformed, Selector, Unpredictable, parse, selectors
from flower_audit.parsers.promql_evaluation import Evaluation

MOST_RULES = 5000
SITUATIONS = (FAILING, NO_WORKERS, BACKLOG)
"""The three the guide asks for."""

OF_WORKERS = frozenset({Kind.WORKER_FLAG, Kind.WORKER_COUNT})
OF_THEIR_OWN = frozenset({Kind.RUNTIME, Kind.BUSY, Kind.REST, Kind.UP})
"""Kinds whose height while all is well is a deployment's own affair, so that a threshold on them proves nothing."""

SAYS_SHARE = re.compile(r"\b(ratio|percent(age)?|share|proportion|fraction)\b|%|humanizepercentage", re.IGNORECASE)
SAYS_RATE = re.compile(r"\brate\b", re.IGNORECASE)
SAYS_COUNT = re.compile(
    r"per[ -](second|minute|hour|s|min)\b|/ ?(s|sec|min|m|h)\b|\bnumber of\b"
    r"|\b(failed|failing) tasks? (in|within|over)\b|\btasks? (have |has )?failed\b|failures? (in|within|over)\b",
    re.IGNORECASE,
)
DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One alert rule as written.  Units: `for_s` in seconds."""

    name: str
    expression: str
    group: str = ""
    for_s: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one or several files.

    Shape: `records` maps a recording rule's name to its expression; `defects` are sentences.
    """

    alerts: tuple[AlertRule, ...] = ()
    records: Mapping[str, str] = field(default_factory=dict)
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule does.

    Shape: `covers` are names of `SITUATIONS`; `undecided` says why nothing could be worked out, else empty;
    `defects` are sentences about what the rule is not; `selections` is all it selects, through recording rules too.
    """

    covers: frozenset[str] = frozenset()
    fires_when_vanished: bool = False
    fires_when_killed: bool = False
    about_celery: bool = False
    about: frozenset[Kind] = frozenset()
    undecided: str = ""
    defects: tuple[str, ...] = ()
    selections: tuple[Selector, ...] = ()


def read_rule_file(text: str, file: str = "") -> RuleSet:
    """Read a Prometheus rule file.  What cannot be read becomes a defect, beside what can."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        return RuleSet(defects=(f"{file or 'the rule file'} is no YAML{line}",))
    if isinstance(content, dict) and content.get("kind") == "PrometheusRule":
        content = content.get("spec")
    groups = content.get("groups") if isinstance(content, dict) else None
    if not isinstance(groups, list):
        return RuleSet(defects=(f"{file or 'the rule file'} has no list of groups",))
    alerts: list[AlertRule] = []
    records: dict[str, str] = {}
    defects: list[str] = []
    for group in groups[:MOST_RULES]:
        rules = group.get("rules") if isinstance(group, dict) else None
        for rule in rules[:MOST_RULES] if isinstance(rules, list) else ():
            if len(alerts) + len(records) + len(defects) >= MOST_RULES:
                defects.append(f"{file or 'the rule file'}: more rules than can be looked at")
                return RuleSet(alerts=tuple(alerts), records=records, defects=tuple(defects))
            if not isinstance(rule, dict) or not isinstance(rule.get("expr"), str | int | float):
                defects.append(f"{file or 'the rule file'}: a rule without an expression")
            elif isinstance(rule.get("alert"), str):
                alerts.append(_alert(rule, group, file))
            elif isinstance(rule.get("record"), str):
                records[rule["record"]] = str(rule["expr"])
    return RuleSet(alerts=tuple(alerts), records=records, defects=tuple(defects))


def merge(rule_sets: Iterable[RuleSet]) -> RuleSet:
    """All rules of several files."""
    found = tuple(rule_sets)
    return RuleSet(
        alerts=tuple(alert for rules in found for alert in rules.alerts),
        records={name: expression for rules in found for name, expression in rules.records.items()},
        defects=tuple(defect for rules in found for defect in rules.defects),
    )


def judge(rule: AlertRule, records: Mapping[str, str] | None = None) -> Judgement:
    """Work out what a rule does in each situation, without a Prometheus."""
    return _judge(rule.expression, rule.name, rule.group, rule.text, tuple((records or {}).items()))


@lru_cache(maxsize=2048)
def _judge(text: str, name: str, group: str, said: str, records: tuple[tuple[str, str], ...]) -> Judgement:
    try:
        expression = parse(text)
        known = _parsed(dict(records))
        selections = _all_selections(expression, known)
    except Malformed as error:
        return Judgement(undecided=f"its expression is not PromQL: {error}")
    except Unpredictable as error:
        return Judgement(undecided=str(error))
    about = frozenset(kind for kind in map(kind_of, selections) if kind)
    named = re.search(r"celery|flower", f"{name} {group}", re.IGNORECASE) is not None
    about_celery = named or any(speaks_of_celery(selection) for selection in selections)
    judgement = Judgement(about_celery=about_celery, about=about, selections=selections)
    divided: set[str] = set()
    try:
        active = _active(expression, selections, known, divided)
        if judgement.about & OF_WORKERS and _always(active):
            active = _active(expression, selections, known, divided, workers=MANY_WORKERS)
    except Unpredictable as error:
        return replace(judgement, undecided=str(error))
    quiet = not active[HEALTHY.name]
    covers = frozenset(situation.name for situation in SITUATIONS if active[situation.name] and quiet)
    return replace(
        judgement,
        covers=covers,
        fires_when_vanished=active[VANISHED.name] and quiet,
        fires_when_killed=active[KILLED.name] and quiet,
        defects=tuple(_defects(f"{name} {said}", judgement, covers, active, divided)),
    )


def _active(
    expression: ast.Expr,
    selections: tuple[Selector, ...],
    records: Mapping[str, ast.Expr],
    divided: set[str],
    *,
    workers: int = HEALTHY.workers,
) -> dict[str, bool]:
    """Whether the expression fires, by the name of the situation."""
    situations = [replace(one, workers=workers) for one in (HEALTHY, *SITUATIONS, DROWNED, VANISHED, KILLED)]
    return {
        one.name: Evaluation(CeleryWorld.asked(one, selections), records, divided).fires(expression)
        for one in situations
    }


def _always(active: Mapping[str, bool]) -> bool:
    return all(fires for name, fires in active.items() if name != VANISHED.name)


def _defects(
    said: str, judgement: Judgement, covers: frozenset[str], active: Mapping[str, bool], divided: set[str]
) -> Iterable[str]:
    if divided:
        yield "it divides a series by itself, which gives 1 whatever happens"
    elif judgement.about and not judgement.about & OF_THEIR_OWN and _always(active):
        yield "it fires in every situation, also while all is well"
    elif FAILING.name in covers and active[DROWNED.name]:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said)
        if SAYS_SHARE.search(words) or (SAYS_RATE.search(words) and not SAYS_COUNT.search(words)):
            yield "it is called a rate of failures and compares a number of failures: one in a million fires it too"


def _alert(rule: Mapping[str, Any], group: Mapping[str, Any], file: str) -> AlertRule:
    annotations = rule.get("annotations")
    given = [labels for labels in (group.get("labels"), rule.get("labels")) if isinstance(labels, dict)]
    return AlertRule(
        name=rule["alert"],
        expression=str(rule["expr"]),
        group=str(group.get("name", "")),
        for_s=duration_s(rule.get("for")),
        labels={str(key): str(value) for labels in given for key, value in labels.items()},
        text=annotation_text(annotations),
        file=file,
    )


def annotation_text(annotations: object) -> str:
    """What the annotations say to people."""
    if not isinstance(annotations, dict):
        return ""
    return " ".join(
        str(annotations[key]) for key in ("summary", "description", "message", "title") if annotations.get(key)
    )


def duration_s(text: object) -> float:
    """Seconds of a Prometheus duration such as `1h30m`; 0 where there is none."""
    if isinstance(text, int | float):
        return float(text)
    return float(sum(int(number) * SECONDS[unit] for number, unit in DURATION.findall(str(text or ""))))


def _parsed(records: Mapping[str, str]) -> dict[str, ast.Expr]:
    found = {}
    for name, text in records.items():
        try:
            found[name] = parse(text)
        except Malformed:
            continue
    return found


def _all_selections(expression: ast.Expr, records: Mapping[str, ast.Expr]) -> tuple[Selector, ...]:
    found: dict[Selector, None] = {}
    open_expressions: list[ast.Expr] = [expression]
    seen: set[str] = set()
    while open_expressions:
        for selection in selectors(open_expressions.pop()):
            found[selection] = None
            if selection.metric in records and selection.metric not in seen:
                seen.add(selection.metric)
                open_expressions.append(records[selection.metric])
    return tuple(found)


def uncovered(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """The situations that no rule covers, in the guide's order."""
    covered = frozenset().union(*(judgement.covers for judgement in judgements)) if judgements else frozenset()
    return tuple(situation.name for situation in SITUATIONS if situation.name not in covered)
