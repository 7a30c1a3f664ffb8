"""Whether the metrics of Flower can be read: by the audit on its host, and by the Prometheus that asks for them."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts.metrics import Metrics
from flower_audit.facts.prometheus_targets import PrometheusTargets
from flower_audit.probe import fact
from flower_audit.target import Target

UNREADABLE = re.compile(r'got "|"INVALID"|start token|while parsing|Content-Type|invalid UTF-8|strconv\.')
"""How the releases of Prometheus say that an answer came, and was no exposition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsReading:
    """Shape: `defect` is a sentence on why it cannot be read, empty where it can; `where` is the URL that was asked."""

    defect: str
    where: str


@fact()
def metrics_reading(
    target: Target,
    metrics: Metrics | Unobservable | None = None,
    prometheus_targets: PrometheusTargets | Unobservable | None = None,
) -> MetricsReading:
    """Prometheus comes first: it may ask by way of a proxy that puts its own page in the place of the metrics.

    Source: Flower's own answer, and what Prometheus says of its last scrape.
    Absent: neither serves any.  NotAsked: neither way in was given.  Unobservable: neither could be asked.
    """
    chosen = prometheus_targets.chosen if isinstance(prometheus_targets, PrometheusTargets) else ()
    for one in chosen:
        if one.health == "down" and UNREADABLE.search(one.last_error):
            return MetricsReading(defect=f"Prometheus cannot read it: {one.last_error[:160]}", where=one.url)
    if isinstance(metrics, Metrics):
        if metrics.exposition is None:
            raise Absent(f"{metrics.url} answers {metrics.status}")
        return MetricsReading(defect=next(iter(metrics.exposition.defects), ""), where=metrics.url)
    read = next((one for one in chosen if one.health == "up"), None)
    if read is not None:
        return MetricsReading(defect="", where=read.url)
    for silent in (metrics, prometheus_targets):
        if isinstance(silent, Unobservable):
            raise silent
    if not target.connection and not target.prometheus:
        raise NotAsked("needs --flower-host=ssh://… or --flower-connection, or --flower-prometheus")
    raise Absent("no metrics of this Flower were asked for")
