"""Whether what Alertmanager sends of Celery's alerts arrives."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.alertmanager import Alertmanager
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.facts.local_series import LocalSeries
from flower_audit.json_api import JsonApi, Replies
from flower_audit.parsers.alert_delivery import Sending, questions, read_counters, read_history
from flower_audit.probe import Trail, fact
from flower_audit.prometheus_connection import PrometheusApi
from flower_audit.target import Target

METRICS = "/metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the latest notifications fared.

    Shape: `failing` are sentences about integrations that only receivers of Celery's alerts use, or that are theirs by
    name; `doubtful` is one about an integration which brings nothing home, and which other receivers use as well.
    """

    failing: tuple[str, ...] = ()
    doubtful: str = ""

    @property
    def lost(self) -> tuple[str, ...]:
        """What does not arrive.  Unobservable: something does not, and whose it is cannot be told."""
        if self.doubtful and not self.failing:
            raise Unobservable(
                f"{self.doubtful}; other receivers use it too, and the counters do not tell whose it was"
            )
        return self.failing


@fact()
def delivery(
    target: Target,
    trail: Trail,
    alertmanager: Alertmanager,
    local_series: LocalSeries | None = None,
    local_prometheus: LocalPrometheus | None = None,
) -> Delivery:
    """Source: Alertmanager's counters of notifications, in Prometheus over the last day, else on its own /metrics.

    Absent: no alert about Celery is sent anywhere, or Alertmanager sent nothing yet, or nobody tells what it sent.
    """
    if alertmanager.problem or not alertmanager.told:
        raise Absent("no alert about Celery is sent anywhere")
    sendings = _history(target, trail, alertmanager, local_series) or _now(target, trail, local_prometheus)
    if not sendings:
        raise Absent("what became of Alertmanager's notifications is not told, or there were none")
    told = {receiver for _, receivers in alertmanager.told for receiver in receivers}
    names, kinds = {receiver.name for receiver in told}, {kind for receiver in told for kind in receiver.kinds}
    failing = [one for one in sendings if one.failing]
    ours = [
        one
        for one in failing
        if one.receiver in names
        or (not one.receiver and one.integration in kinds and one.integration not in alertmanager.shared_kinds)
    ]
    doubtful = [
        one
        for one in failing
        if not one.receiver and one.integration in kinds & alertmanager.shared_kinds and one.arrives_nowhere
    ]
    return Delivery(failing=tuple(one.failing for one in ours), doubtful=next((one.failing for one in doubtful), ""))


def _history(
    target: Target, trail: Trail, alertmanager: Alertmanager, local: LocalSeries | None
) -> tuple[Sending, ...]:
    replies: Replies
    if target.prometheus:
        replies = PrometheusApi(target.prometheus, target, trail).ask(questions())
    else:
        replies = local.replies if local else {}
    try:
        return read_history(replies, {urlsplit(url).netloc.rpartition("@")[2] for url in alertmanager.connected})
    except Unobservable:
        return ()


def _now(target: Target, trail: Trail, local: LocalPrometheus | None) -> tuple[Sending, ...]:
    if target.alertmanager:
        reply = JsonApi("alertmanager", target.alertmanager, target, trail).ask([METRICS])[METRICS]
        return read_counters(reply.text) if reply.status == 200 else ()
    return read_counters(local.alertmanager_counters) if local else ()
