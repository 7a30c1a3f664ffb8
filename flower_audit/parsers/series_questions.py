"""What to ask a Prometheus about the series that alert rules select, and how to read its answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flower_audit.errors import Unobservable
from flower_audit.json_api import TOO_LONG, Replies
from flower_audit.parsers.alert_rules import judge
from flower_audit.parsers.celery_metrics import DANIHODOVIC, OVALMONEY
from flower_audit.parsers.prometheus_api import PrometheusServer, list_of, vector_of
from flower_audit.parsers.promql import Selector

DAY_S = 86_400
MOST = 120
"""Questions; a rule set that selects more is asked about its first ones only, and the rest is unknown."""

FAMILIES = {
    "Flower": "flower_(events_total|worker_online)",
    DANIHODOVIC: "celery_(worker_up|task_(sent|received|started|succeeded|failed)_total|queue_length)",
    OVALMONEY: "celery_(workers|tasks_total)",
}
TASK_METRICS = {
    "Flower": "flower_events_total",
    DANIHODOVIC: "celery_task_(received|started|succeeded|failed)_total",
    OVALMONEY: "celery_tasks_total",
}
ONLINE = "group by (job, instance, worker) (flower_worker_online == 1)"
HOSTS_UP = "group by (job, instance, hostname) (celery_worker_up == 1)"
COUNTED = "sum by (job, instance) (celery_workers)"
SCRAPED = f'count by (job, instance) ({{__name__=~"{"|".join(FAMILIES.values())}"}})'


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a Prometheus holds of the last day.

    Shape: `selections` maps a selection as `match[]` writes it to whether it has series; `values` maps metric and
    label to the values seen; `families` and `task_families` name exporters of which any series, or series of tasks,
    were seen; `scraped` holds job and instance of everything that serves such series now; `online` maps these to the
    workers shown online (`hosts_up`: host names of danihodovic's exporter; `counted`: OvalMoney's number).
    """

    selections: Mapping[str, bool]
    values: Mapping[tuple[str, str], tuple[str, ...]]
    families: frozenset[str] = frozenset()
    task_families: frozenset[str] = frozenset()
    scraped: frozenset[tuple[str, str]] = frozenset()
    online: Mapping[tuple[str, str], frozenset[str]]
    hosts_up: Mapping[tuple[str, str], frozenset[str]]
    counted: Mapping[tuple[str, str], int]


def selections_of(server: PrometheusServer) -> tuple[Selector, ...]:
    """All that the rules about Celery select, each once."""
    found: dict[Selector, None] = {}
    for alert in server.alerts:
        judgement = judge(alert.rule, server.records)
        if judgement.about_celery or judgement.covers:
            found |= dict.fromkeys(judgement.selections)
    return tuple(found)


def questions(server: PrometheusServer) -> tuple[str, ...]:
    """The paths to ask for, most telling first."""
    selections = selections_of(server)
    wanted = [_query(SCRAPED), _query(ONLINE), _query(HOSTS_UP), _query(COUNTED)]
    wanted += [_series(pattern, server.now_s) for pattern in _families()]
    wanted += [_series(selection.quoted, server.now_s) for selection in selections]
    wanted += [_series(Selector(selection.metric).quoted, server.now_s) for selection in selections if selection.metric]
    wanted += [_values(metric, label, server.now_s) for metric, label in _asked_labels(selections)]
    return tuple(dict.fromkeys(wanted))[:MOST]


def read_seen(server: PrometheusServer, replies: Replies) -> Seen:
    """The answers to `questions`.  Unobservable: Prometheus did not answer the first of them."""
    selections = selections_of(server)
    named = [Selector(selection.metric) for selection in selections if selection.metric]
    return Seen(
        selections={
            one.quoted: seen
            for one in (*selections, *named)
            if (seen := _has_series(replies, _series(one.quoted, server.now_s))) is not None
        },
        values={
            (metric, label): tuple(str(value) for value in found)
            for metric, label in _asked_labels(selections)
            if (found := _list_or_none(replies, _values(metric, label, server.now_s))) is not None
        },
        families=_families_seen(replies, server, FAMILIES),
        task_families=_families_seen(replies, server, TASK_METRICS),
        scraped=frozenset(_place(labels) for labels, _ in vector_of(replies, _query(SCRAPED))),
        online=_names(replies, ONLINE, "worker"),
        hosts_up=_names(replies, HOSTS_UP, "hostname"),
        counted={_place(labels): int(value) for labels, value in vector_of(replies, _query(COUNTED)) if value >= 0},
    )


def _families() -> Iterable[str]:
    return (f'{{__name__=~"{pattern}"}}' for pattern in (*FAMILIES.values(), *TASK_METRICS.values()))


def _families_seen(replies: Replies, server: PrometheusServer, patterns: Mapping[str, str]) -> frozenset[str]:
    paths = {name: _series(f'{{__name__=~"{pattern}"}}', server.now_s) for name, pattern in patterns.items()}
    return frozenset(name for name, path in paths.items() if _has_series(replies, path))


def _asked_labels(selections: Iterable[Selector]) -> list[tuple[str, str]]:
    asked = [
        (selection.metric, matcher.name)
        for selection in selections
        if selection.metric
        for matcher in selection.matchers
    ]
    return list(dict.fromkeys(asked))


def _has_series(replies: Replies, path: str) -> bool | None:
    reply = replies.get(path)
    if reply and reply.status == 0 and reply.text.startswith(TOO_LONG):
        return True  # a server that knows no `limit`, and has very many
    found = _list_or_none(replies, path)
    return None if found is None else bool(found)


def _list_or_none(replies: Replies, path: str) -> list[object] | None:
    try:
        return list_of(replies, path)
    except Unobservable:
        return None


def _names(replies: Replies, query: str, label: str) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for labels, _ in vector_of(replies, _query(query)):
        found.setdefault(_place(labels), set()).add(labels.get(label, ""))
    return {place: frozenset(names) for place, names in found.items()}


def _place(labels: Mapping[str, str]) -> tuple[str, str]:
    return labels.get("job", ""), labels.get("instance", "")


def _query(text: str) -> str:
    return "/api/v1/query?" + urlencode({"query": text})


def _series(match: str, now_s: float) -> str:
    # `limit` is newer than many servers, which ignore it; the answer is cut elsewhere then.
    return "/api/v1/series?" + urlencode(
        {"match[]": match, "start": int(now_s) - DAY_S, "end": int(now_s) + 60, "limit": 10}
    )


def _values(metric: str, label: str, now_s: float) -> str:
    path = f"/api/v1/label/{label}/values?"
    return path + urlencode({"match[]": metric, "start": int(now_s) - DAY_S, "end": int(now_s) + 60, "limit": 100})
