"""What the metrics around Celery mean, and how they read in the situations an operator wants to hear of.

The names are those of Flower, of the two exporters called celery-exporter (danihodovic's and OvalMoney's), of
redis_exporter and of RabbitMQ; a home-made exporter is understood by the words in its names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flower_audit.parsers.promql import Matcher, Selector, Unpredictable
from flower_audit.parsers.promql_functions import Series

DANIHODOVIC = "danihodovic/celery-exporter"
OVALMONEY = "OvalMoney/celery-exporter"


class Kind(StrEnum):
    """What a metric counts."""

    EVENTS = "task events by type"
    STATES = "tasks by state"
    FAILED = "failed tasks"
    SUCCEEDED = "succeeded tasks"
    HANDLED = "tasks received, started or finished"
    SENT = "tasks sent"
    REST = "rejected, revoked or retried tasks"
    WORKER_FLAG = "1 for each worker online"
    WORKER_COUNT = "number of workers"
    WORKER_DOWN = "1 for each worker that is not running"
    QUEUE = "messages waiting in a queue"
    BUSY = "work in progress"
    RUNTIME = "seconds tasks took"
    UP = "scrape target is up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A state of a Celery deployment.

    Shape: `online` is what the gauge of each of the `workers` shows, None where all series that name a worker are gone;
    `killed`: they died without saying so.
    Units: tasks per second; messages in the queue, and their growth per second.
    """

    name: str
    failed: float = 0.0
    succeeded: float = 2.0
    online: float | None = 1.0
    killed: bool = False
    queue: float = 0.0
    growth: float = 0.0
    workers: int = 200


HEALTHY = Situation(name="all is well")
FAILING = Situation(name="failure rate", failed=20.0, succeeded=13.0)
DROWNED = Situation(name="one failure in a million", failed=20.0, succeeded=2e7)
NO_WORKERS = Situation(name="no workers", succeeded=0.0, online=0.0)
VANISHED = Situation(name="worker series gone", succeeded=0.0, online=None)
KILLED = Situation(name="workers killed", succeeded=0.0, online=0.0, killed=True)
BACKLOG = Situation(name="queue depth", queue=1e6, growth=50.0)

MANY_WORKERS = 5000
"""Enough for any threshold on the number of workers to be quiet while all is well."""

KINDS: Mapping[str, tuple[Kind, str]] = {
    "flower_events_total": (Kind.EVENTS, "Flower"),
    "flower_worker_online": (Kind.WORKER_FLAG, "Flower"),
    "flower_worker_number_of_currently_executing_tasks": (Kind.BUSY, "Flower"),
    "flower_worker_prefetched_tasks": (Kind.BUSY, "Flower"),
    "flower_task_prefetch_time_seconds": (Kind.BUSY, "Flower"),
    **{f"flower_task_runtime_seconds_{end}": (Kind.RUNTIME, "Flower") for end in ("bucket", "sum", "count")},
    "celery_task_sent_total": (Kind.SENT, DANIHODOVIC),
    "celery_task_received_total": (Kind.HANDLED, DANIHODOVIC),
    "celery_task_started_total": (Kind.HANDLED, DANIHODOVIC),
    "celery_task_succeeded_total": (Kind.SUCCEEDED, DANIHODOVIC),
    "celery_task_failed_total": (Kind.FAILED, DANIHODOVIC),
    "celery_task_rejected_total": (Kind.REST, DANIHODOVIC),
    "celery_task_revoked_total": (Kind.REST, DANIHODOVIC),
    "celery_task_retried_total": (Kind.REST, DANIHODOVIC),
    "celery_worker_up": (Kind.WORKER_FLAG, DANIHODOVIC),
    "celery_worker_tasks_active": (Kind.BUSY, DANIHODOVIC),
    "celery_queue_length": (Kind.QUEUE, DANIHODOVIC),
    "celery_active_consumer_count": (Kind.WORKER_COUNT, DANIHODOVIC),
    "celery_active_worker_count": (Kind.WORKER_COUNT, DANIHODOVIC),
    "celery_active_process_count": (Kind.WORKER_COUNT, DANIHODOVIC),
    **{f"celery_task_runtime_{end}": (Kind.RUNTIME, DANIHODOVIC) for end in ("bucket", "sum", "count")},
    "celery_tasks_total": (Kind.STATES, OVALMONEY),
    "celery_workers": (Kind.WORKER_COUNT, OVALMONEY),
    **{
        f"celery_tasks_{what}_seconds_{end}": (Kind.RUNTIME, OVALMONEY)
        for what in ("runtime", "latency")
        for end in ("bucket", "sum", "count")
    },
    "redis_key_size": (Kind.QUEUE, "redis_exporter"),
    "rabbitmq_queue_consumers": (Kind.WORKER_COUNT, "RabbitMQ"),
    **{
        f"rabbitmq_{detailed}queue_messages{end}": (Kind.QUEUE, "RabbitMQ")
        for detailed in ("", "detailed_")
        for end in ("", "_ready")
    },
    "up": (Kind.UP, ""),
}

TASK_EVENTS = (
    "task-sent",
    "task-received",
    "task-started",
    "task-succeeded",
    "task-failed",
    "task-rejected",
    "task-revoked",
    "task-retried",
)
"""The values of `type` in flower_events_total; events of workers are not counted there (flower/events.py)."""

STATE_LABELS = frozenset({"state", "status", "result", "outcome"})
STATES: Mapping[str, tuple[str, ...]] = {
    "failed": ("FAILURE", "failure", "FAILED", "failed", "error", "ERROR", "fail"),
    "succeeded": ("SUCCESS", "success", "SUCCEEDED", "succeeded", "ok", "completed"),
    "started": ("STARTED", "started"),
    "received": ("RECEIVED", "received"),
    "retried": ("RETRY", "retry", "retried"),
    "revoked": ("REVOKED", "revoked"),
}

BY_WORDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"seconds|latency|duration|runtime|_time(_|$)"), Kind.RUNTIME),
    (re.compile(r"queued?_?\w*(length|len|depth|size|messages|backlog|pending|ready|waiting|tasks)"), Kind.QUEUE),
    (re.compile(r"(length|depth|size|backlog|messages|pending|waiting)\w*_queue|queue_count|backlog"), Kind.QUEUE),
    (re.compile(r"redis_list_(length|len)|celery_pending"), Kind.QUEUE),
    (re.compile(r"(task|celery|job)\w*(fail|error|exception)|(fail|error)\w*(task|celery)"), Kind.FAILED),
    (re.compile(r"(task|celery|job)\w*succe|succe\w*(task|celery)"), Kind.SUCCEEDED),
    (
        re.compile(r"worker\w*_(up|online|alive|active|available|count|number|running|registered|healthy|total)"),
        Kind.WORKER_COUNT,
    ),
    (re.compile(r"(up|online|alive|active|available|running)_\w*workers?|workers$"), Kind.WORKER_COUNT),
    (re.compile(r"(celery|flower)\w*task\w*(total|count|processed|executed|finished|completed)"), Kind.STATES),
)

PROCESS_METRICS = re.compile(
    r"up|node_systemd_unit_state|namedprocess_namegroup_num_procs|kube_\w+_status_(replicas_(available|ready)|number_(available|ready))"
    r"|windows_service_state|supervisor\w*_up|probe_success"
)


def exporter_of(metric: str) -> str:
    """Which program serves a metric of this name; empty where the name is nobody's we know."""
    return KINDS[metric][1] if metric in KINDS else ""


def kind_of(selector: Selector) -> Kind | None:
    """What the selected series count; None where neither the name nor the labels say."""
    metric = selector.metric
    named = " ".join(matcher.value.lower() for matcher in selector.matchers if matcher.op in {"=", "=~"})
    if PROCESS_METRICS.fullmatch(metric) and "celery" in named and not re.search(r"exporter|flower", named):
        down = any(m.name == "state" and m.op == "=" and m.value in {"failed", "inactive"} for m in selector.matchers)
        return Kind.WORKER_DOWN if down else Kind.WORKER_FLAG
    if metric in KINDS:
        return KINDS[metric][0]
    return next((kind for pattern, kind in BY_WORDS if pattern.search(metric)), None)


def speaks_of_celery(selector: Selector) -> bool:
    """Whether a selection is of Flower's, an exporter's or a worker's series."""
    metric = selector.metric
    return bool(
        re.match(r"(flower|celery)_", metric)
        or "celery" in metric
        or (kind_of(selector) and any("celery" in matcher.value.lower() for matcher in selector.matchers))
    )


@dataclass(frozen=True, slots=True)
class CeleryWorld:
    """Answers selectors as a deployment in this situation would, up to a minute ago; before, all was well.

    `given` are label values that the expression asks for: whether real series bear them is not this world's question.
    `states` are its matchers on the state of a task.
    """

    situation: Situation
    given: Mapping[str, str]
    states: tuple[Matcher, ...] = ()

    @classmethod
    def asked(cls, situation: Situation, selections: Sequence[Selector]) -> "CeleryWorld":
        """The world whose series bear the labels that these selections ask for."""
        matchers = [matcher for selection in selections for matcher in selection.matchers]
        given = {m.name: m.value for m in matchers if m.op == "=" and m.value and m.name not in {"type", *STATE_LABELS}}
        return cls(situation, given, tuple(matcher for matcher in matchers if matcher.name in STATE_LABELS))

    def __call__(self, selector: Selector, ago_s: float) -> Sequence[Series]:
        """The series that a selector finds so many seconds ago."""
        kind = kind_of(selector)
        if kind is None:
            raise Unpredictable(f"what {selector.metric or 'a selection without a name'} counts is not known here")
        if kind is Kind.STATES and not self.states and selector.metric not in KINDS:
            kind = Kind.HANDLED  # a home-made total whose labels nobody asks for
        now = self.situation if ago_s < 60 else HEALTHY
        made = _by_state(self.states, _rates(now)) if kind is Kind.STATES else _series(kind, selector, now)
        return [self._labelled(series, selector) for series in made if _admits(series, selector)]

    def _labelled(self, series: Series, selector: Selector) -> Series:
        own = {matcher.name: matcher.value for matcher in selector.matchers if matcher.op == "=" and matcher.value}
        labels = {"job": "celery", "instance": "localhost:5555", **self.given, **own, **series.labels}
        return Series(labels, series.level, series.slope)


def _admits(series: Series, selector: Selector) -> bool:
    """Labels the series was made with are matched; of all others it is assumed that they fit."""
    return all(m.admits(series.labels[m.name]) for m in selector.matchers if m.name in series.labels)


def _rates(now: Situation) -> dict[str, float]:
    handled = now.failed + now.succeeded
    return {
        "failed": now.failed,
        "succeeded": now.succeeded,
        "started": handled,
        "received": handled,
        "sent": handled + now.growth,
    }


COUNTERS = {
    Kind.FAILED: "failed",
    Kind.SUCCEEDED: "succeeded",
    Kind.HANDLED: "received",
    Kind.SENT: "sent",
    Kind.REST: "",
}


AGGREGATED = frozenset({Kind.QUEUE, Kind.UP, Kind.WORKER_COUNT})
"""Kinds that name no worker, so that forgetting workers does not take them away."""


def _series(kind: Kind, selector: Selector, now: Situation) -> list[Series]:
    rates = _rates(now)
    if now.online is None and kind not in AGGREGATED and exporter_of(selector.metric) in {"Flower", DANIHODOVIC}:
        return []
    if kind in COUNTERS:
        return [Series({}, 500.0, rates.get(COUNTERS[kind], 0.0))]
    match kind:
        case Kind.EVENTS:
            return [Series({"type": event}, 500.0, rates.get(event[5:], 0.0)) for event in TASK_EVENTS]
        case Kind.WORKER_FLAG | Kind.WORKER_COUNT:
            return _workers(kind, selector, now)
        case Kind.WORKER_DOWN:
            return [] if now.online is None else [Series({}, 1.0 - now.online)]
        case Kind.QUEUE:
            return [Series({}, now.queue, now.growth)]
        case Kind.BUSY:
            return [] if now.online is None else [Series({}, now.online)]
        case Kind.RUNTIME:
            return [Series({}, 500.0, rates["received"])]
        case Kind.UP:
            return [Series({}, 1.0)]
    raise Unpredictable(f"{kind} is not worked out here")


def _by_state(asked: tuple[Matcher, ...], rates: Mapping[str, float]) -> list[Series]:
    """A series for each state, under the label and in the spelling that the expression asks for."""
    label = asked[0].name if asked else "state"
    found = []
    for what, spellings in STATES.items():
        wanted = (word for word in spellings if any(m.op in {"=", "=~"} and m.admits(word) for m in asked))
        found.append(Series({label: next(wanted, spellings[0])}, 500.0, rates.get(what, 0.0)))
    return found


def _workers(kind: Kind, selector: Selector, now: Situation) -> list[Series]:
    if now.online is None:
        return []
    # Nothing in Flower resets the gauge of a worker that died without a word; other exporters time it out.
    stale = now.killed and exporter_of(selector.metric) == "Flower"
    level = 1.0 if stale else now.online
    if kind is Kind.WORKER_COUNT:
        return [Series({}, level * now.workers)]
    one = any(matcher.op == "=" and matcher.name in {"worker", "hostname", "name"} for matcher in selector.matchers)
    if one or exporter_of(selector.metric) == "":
        return [Series({}, level)]
    label = "worker" if exporter_of(selector.metric) == "Flower" else "hostname"
    if any(matcher.name == label for matcher in selector.matchers):
        return [Series({f"{label}_": str(number)}, level) for number in range(now.workers)]
    return [Series({label: f"celery@{number}"}, level) for number in range(now.workers)]
