"""How Alertmanager's notifications fared, by its own counters: in a Prometheus that scrapes them, or as they stand.

Source: https://github.com/prometheus/alertmanager/blob/main/notify/notify.go
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from prometheus_client.parser import text_string_to_metric_families

from flower_audit.json_api import Replies
from flower_audit.parsers.prometheus_api import vector_of

COUNTERS = {
    "alertmanager_notification_requests_total": "attempts",
    "alertmanager_notification_requests_failed_total": "failed",
    "alertmanager_notifications_failed_total": "given_up",
}
RECENT = "10m"
WINDOWS = {RECENT: "in the last 10 minutes", "1h": "in the last hour", "6h": "in the last 6 hours", "1d": "today"}
SINCE_START = "since Alertmanager was started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The latest notifications of one integration.

    Shape: `integration` is `webhook`, `slack` …; `receiver` is empty where the counters do not tell receivers apart
    (all but Alertmanager 0.28 and later with that feature); `when` is the shortest window that holds any attempt.
    A notification is given up after all its attempts failed; the next one of its group may get through.
    """

    instance: str = ""
    integration: str
    receiver: str = ""
    when: str
    attempts: int = 0
    failed: int = 0
    given_up: int = 0

    @property
    def failing(self) -> str:
        """What does not arrive, in a sentence; empty where nothing is known against it."""
        way = f"by {self.integration}" + (f" to {self.receiver}" if self.receiver else "")
        if self.attempts and self.failed >= self.attempts:
            return f"every attempt to notify {way} failed {self.when} ({self.failed} of {self.attempts})"
        if self.given_up and self.when == WINDOWS[RECENT]:
            return f"Alertmanager gave up {self.given_up} notifications {way} {self.when}"
        return ""

    @property
    def arrives_nowhere(self) -> bool:
        """Not one attempt succeeded."""
        return bool(self.attempts) and self.failed >= self.attempts


def questions() -> tuple[str, ...]:
    """The paths to ask a Prometheus for: one instant query for each window."""
    return tuple(_question(window) for window in WINDOWS)


def read_history(replies: Replies, instances: Iterable[str]) -> tuple[Sending, ...]:
    """The latest of each integration of these Alertmanagers; empty where they sent nothing, or are not scraped.

    Shape: `instances` are places (`host:port`) that Prometheus sends alerts to; where none of them is scraped under
    that name, the only one that is scraped is taken for it.  Unobservable: Prometheus did not answer.
    """
    found: dict[tuple[str, str, str], dict[str, dict[str, int]]] = {}
    for window in WINDOWS:
        for labels, value in vector_of(replies, _question(window)):
            who = (labels.get("instance", ""), labels.get("integration", ""), labels.get("receiver_name", ""))
            found.setdefault(who, {}).setdefault(window, {})[labels.get("counter", "")] = round(value)
    seen = {instance for instance, _, _ in found}
    meant = seen & set(instances) or (seen if len(seen) == 1 else set())
    return tuple(
        _sending(who, WINDOWS[window], windows[window])
        for who, windows in sorted(found.items())
        if who[0] in meant
        for window in list(windows)[:1]
    )


def read_counters(text: str) -> tuple[Sending, ...]:
    """The same from one answer of /metrics, which tells no time; empty where it holds no such counters."""
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    lines = [line for line in text.splitlines() if line.partition("{")[0] in COUNTERS]
    try:
        for family in text_string_to_metric_families("\n".join([*lines, ""])):
            for sample in family.samples:
                who = ("", sample.labels.get("integration", ""), sample.labels.get("receiver_name", ""))
                counters = found.setdefault(who, {})
                name = COUNTERS[sample.name]
                counters[name] = counters.get(name, 0) + round(sample.value)
    except (ValueError, KeyError, IndexError, OverflowError):
        return ()
    return tuple(
        _sending(who, SINCE_START, counters) for who, counters in sorted(found.items()) if any(counters.values())
    )


def _question(window: str) -> str:
    terms = (
        f"label_replace(sum by (job, instance, integration, receiver_name) ({_grown(metric, window)}) > 0, "
        f'"counter", "{name}", "", "")'
        for metric, name in COUNTERS.items()
    )
    return "/api/v1/query?" + urlencode({"query": " or ".join(terms)})


def _grown(counter: str, window: str) -> str:
    """By how much exactly: increase() extrapolates, and whether all failed is a comparison of two numbers."""
    return f"({counter} and resets({counter}[{window}]) > 0) or ({counter} - min_over_time({counter}[{window}]))"


def _sending(who: tuple[str, str, str], when: str, counters: Mapping[str, int]) -> Sending:
    instance, integration, receiver = who
    return Sending(
        instance=instance,
        integration=integration,
        receiver=receiver,
        when=when,
        attempts=counters.get("attempts", 0),
        failed=counters.get("failed", 0),
        given_up=counters.get("given_up", 0),
    )
