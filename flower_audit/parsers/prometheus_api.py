"""The answers of Prometheus' HTTP API, as values.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from flower_audit.errors import Unobservable
from flower_audit.json_api import Replies, Reply
from flower_audit.parsers.alert_rules import AlertRule, annotation_text, duration_s
from flower_audit.parsers.local_prometheus import FIRST

BUILD, CONFIGURATION, TARGETS, RULES, ALERTMANAGERS, CLOCK = FIRST
MICROSECONDS = re.compile(r"(\.\d{6})\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeTarget:
    """One thing that Prometheus scrapes.

    Units: `age_s` is how long ago the last scrape began, None where there was none; `interval_s` in seconds.
    """

    job: str
    instance: str
    url: str
    health: str
    last_error: str = ""
    age_s: float | None = None
    interval_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedAlert:
    """One alert rule as Prometheus runs it.  Shape: `health` is `ok`, `err` or `unknown` (not evaluated yet)."""

    rule: AlertRule
    health: str = "ok"
    last_error: str = ""
    firing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusServer:
    """What a Prometheus says of itself.

    Shape: `alertmanagers` are the URLs it sends alerts to; `rule_patterns` are its `rule_files`; `records` maps
    recording rules to their expressions; `targets` and `alertmanagers` are None where its API does not have them
    (Mimir, VictoriaMetrics).  Units: `now_s` is its clock, in seconds since 1970.
    """

    url: str
    version: str = ""
    now_s: float = 0.0
    targets: tuple[ScrapeTarget, ...] | None = ()
    alerts: tuple[LoadedAlert, ...] = ()
    records: Mapping[str, str]
    alertmanagers: tuple[str, ...] | None = ()
    rule_patterns: tuple[str, ...] = ()

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {"Prometheus": self.version} if self.version else {}


def read_server(url: str, replies: Replies) -> PrometheusServer:
    """Everything of one server.  Unobservable: it is no Prometheus, or one of the answers did not come whole."""
    now_s = float(_first_number(data_of(replies, CLOCK)))
    alerts, records = rules_of(replies)
    targets = _optional(replies, TARGETS).get("activeTargets")
    return PrometheusServer(
        url=url,
        version=str(_optional(replies, BUILD).get("version", "")),
        now_s=now_s,
        targets=tuple(_target(one, now_s) for one in _dicts(targets)) if isinstance(targets, list) else None,
        alerts=alerts,
        records=records,
        alertmanagers=alertmanagers_of(replies),
        rule_patterns=rule_patterns(str(_optional(replies, CONFIGURATION).get("yaml", ""))),
    )


def rules_of(replies: Replies) -> tuple[tuple[LoadedAlert, ...], dict[str, str]]:
    """The alerts, and the expressions of recording rules by name.  Unobservable: there is no answer of that API."""
    groups = data_of(replies, RULES).get("groups")
    rules = [(group, rule) for group in _dicts(groups) for rule in _dicts(group.get("rules"))]
    return (
        tuple(_alert(group, rule) for group, rule in rules if rule.get("type") == "alerting"),
        {str(rule.get("name")): str(rule.get("query")) for _, rule in rules if rule.get("type") == "recording"},
    )


def alertmanagers_of(replies: Replies) -> tuple[str, ...] | None:
    """The URLs of the Alertmanagers in use, None where the server does not have this list."""
    managers = _optional(replies, ALERTMANAGERS).get("activeAlertmanagers")
    return tuple(str(one.get("url", "")) for one in _dicts(managers)) if isinstance(managers, list) else None


def data_of(replies: Replies, path: str) -> dict[str, Any]:
    """The `data` of one answer.  Unobservable: it is an error, or no answer of Prometheus' API."""
    reply = replies.get(path, Reply(0, "it was not asked"))
    if reply.status == 0:
        raise Unobservable(f"Prometheus did not answer {path.partition('?')[0]}: {reply.text[:150]}")
    content = reply.json()
    data = content.get("data") if isinstance(content, dict) else None
    if reply.status != 200 or not isinstance(data, dict):
        said = str(content.get("error", ""))[:150] if isinstance(content, dict) else ""
        raise Unobservable(
            f"{path.partition('?')[0]} gave no answer of Prometheus' API ({reply.status}) {said}".strip()
        )
    return data


def vector_of(replies: Replies, path: str) -> list[tuple[dict[str, str], float]]:
    """The samples of an instant query.  Unobservable: the query was refused or not answered."""
    found = []
    for item in _dicts(data_of(replies, path).get("result")):
        value = item.get("value")
        labels = item.get("metric")
        if isinstance(value, list) and len(value) == 2 and isinstance(labels, dict):
            found.append(({str(key): str(text) for key, text in labels.items()}, _number(value[1])))
    return found


def list_of(replies: Replies, path: str) -> list[Any]:
    """The list that the series and label APIs answer with.  Unobservable: refused or not answered."""
    reply = replies.get(path, Reply(0, "it was not asked"))
    content = reply.json()
    data = content.get("data") if isinstance(content, dict) else None
    if reply.status != 200 or not isinstance(data, list):
        raise Unobservable(f"Prometheus did not answer {path.partition('?')[0]} ({reply.status or reply.text[:150]})")
    return data


def _optional(replies: Replies, path: str) -> dict[str, Any]:
    """Data that some servers of this API (Mimir, Thanos) do not have."""
    try:
        return data_of(replies, path)
    except Unobservable:
        return {}


def _target(item: dict[str, Any], now_s: float) -> ScrapeTarget:
    labels = item.get("labels")
    labels = labels if isinstance(labels, dict) else {}
    return ScrapeTarget(
        job=str(labels.get("job", "")),
        instance=str(labels.get("instance", "")),
        url=str(item.get("scrapeUrl", "")),
        health=str(item.get("health", "")),
        last_error=str(item.get("lastError", ""))[:200],
        age_s=_age_s(str(item.get("lastScrape", "")), now_s),
        interval_s=duration_s(item.get("scrapeInterval") or "1m"),
    )


def _alert(group: dict[str, Any], rule: dict[str, Any]) -> LoadedAlert:
    labels = rule.get("labels")
    return LoadedAlert(
        rule=AlertRule(
            name=str(rule.get("name", "")),
            expression=str(rule.get("query", "")),
            group=str(group.get("name", "")),
            for_s=duration_s(rule.get("duration")),
            labels={str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {},
            text=annotation_text(rule.get("annotations")),
            file=str(group.get("file", "")),
        ),
        health=str(rule.get("health", "unknown")),
        last_error=str(rule.get("lastError", ""))[:300],
        firing=rule.get("state") == "firing",
    )


def _age_s(time: str, now_s: float) -> float | None:
    """Seconds since a time of RFC 3339 with nanoseconds; None for Go's zero time and for no time."""
    try:
        then = datetime.fromisoformat(MICROSECONDS.sub(r"\1", time))
    except ValueError:
        return None
    return None if then.year <= 1 or then.tzinfo is None else now_s - then.timestamp()


def rule_patterns(configuration: str) -> tuple[str, ...]:
    """The `rule_files` of a configuration; none where it is no YAML."""
    try:
        content = yaml.safe_load(configuration)
    except (yaml.YAMLError, ValueError, RecursionError):
        return ()
    patterns = content.get("rule_files") if isinstance(content, dict) else None
    return tuple(str(one) for one in patterns) if isinstance(patterns, list) else ()


def _first_number(data: dict[str, Any]) -> float:
    result = data.get("result")
    return _number(result[1]) if isinstance(result, list) and len(result) == 2 else 0.0


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return float("nan")


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
