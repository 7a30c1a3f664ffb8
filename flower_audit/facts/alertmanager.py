"""Whether an alert reaches somebody: Prometheus' connection to an Alertmanager, and who is told there."""

from dataclasses import dataclass
from datetime import timedelta

from flower_audit.errors import NotAsked, Unobservable, Unreachable
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.facts.rules import Rules
from flower_audit.json_api import JsonApi
from flower_audit.parsers.alertmanager import Receiver, Routing, Silence, read_silences, read_status
from flower_audit.parsers.local_prometheus import SILENCES
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.probe import Trail, fact
from flower_audit.target import OPTION_OF_WAY, Target

STATUS = "/api/v2/status"
LASTING = timedelta(days=7)
"""A silence as long as this is no maintenance any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alertmanager:
    """Who is told.

    Shape: `connected` are the URLs that Prometheus sends to; `problem` says why none answers, empty where one does;
    `told` maps each alert about Celery to who is told of it; empty where there is no such alert; `shared_kinds` are
    integrations (`webhook`, `slack` …) of receivers that are told of no such alert; `silenced` are sentences about such
    alerts that are muted for a week or longer.
    """

    connected: tuple[str, ...]
    problem: str = ""
    version: str = ""
    told: tuple[tuple[str, tuple[Receiver, ...]], ...] = ()
    shared_kinds: frozenset[str] = frozenset()
    silenced: tuple[str, ...] = ()

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {"Alertmanager": self.version} if self.version else {}

    @property
    def untold(self) -> tuple[str, ...]:
        """Alerts of which nobody is told, each with the receiver it ends at."""
        return tuple(
            f"{name} ends at {', '.join(one.name for one in receivers)}"
            for name, receivers in self.told
            if not any(receiver.sends for receiver in receivers)
        )


@fact()
def alertmanager(
    target: Target,
    trail: Trail,
    rule_server: PrometheusServer,
    rules: Rules,
    local_prometheus: LocalPrometheus | None = None,
) -> Alertmanager:
    """Source: /api/v1/alertmanagers of Prometheus, /api/v2/status of the Alertmanager.

    NotAsked: Prometheus sends to an Alertmanager that was not named and is not on the host.
    Unobservable: the one that was named gives no status; Prometheus does not tell where it sends.
    """
    if rule_server.alertmanagers is None:
        raise Unobservable(f"{rule_server.url} does not tell which Alertmanager it sends to")
    connected = tuple(url.partition("/api/v")[0] for url in rule_server.alertmanagers)
    if not connected:
        return Alertmanager(connected=())
    routing = _routing(target, trail, connected, local_prometheus)
    if isinstance(routing, str):
        return Alertmanager(connected=connected, problem=routing)
    alerts = [
        (one.name, {"alertname": one.name, **one.alert.rule.labels})
        for one in rules.judged
        if one.judgement.covers or one.judgement.fires_when_vanished
    ]
    told = [(name, routing.receivers_of(labels)) for name, labels in alerts]
    silences = [one for one in _silences(target, trail, local_prometheus) if one.lasts >= LASTING]
    ours = {receiver.name for _, receivers in told for receiver in receivers}
    return Alertmanager(
        connected=connected,
        version=routing.version,
        told=tuple(told),
        shared_kinds=frozenset(
            kind for name, receiver in routing.receivers.items() if name not in ours for kind in receiver.kinds
        ),
        silenced=tuple(
            f"{name} is silenced until {one.until:%Y-%m-%d}"
            for name, labels in alerts
            for one in silences
            if one.mutes(labels)
        ),
    )


def _silences(target: Target, trail: Trail, local: LocalPrometheus | None) -> tuple[Silence, ...]:
    if target.alertmanager:
        return read_silences(JsonApi("alertmanager", target.alertmanager, target, trail).ask([SILENCES])[SILENCES])
    return local.silences if local else ()


def _routing(target: Target, trail: Trail, connected: tuple[str, ...], local: LocalPrometheus | None) -> Routing | str:
    """The routes, or why the Alertmanager does not answer."""
    if target.alertmanager:
        api = JsonApi("alertmanager", target.alertmanager, target, trail)
        try:
            reply = api.ask([STATUS])[STATUS]
        except Unreachable as error:
            if "refuses" in str(error):
                return str(error)
            raise
        found = read_status(api.name, reply)
        if found is None:
            raise Unobservable(f"{api.name}{STATUS} gave no status of an Alertmanager ({reply.status})")
        return found
    ours = None if target.prometheus and local and local.url != target.prometheus.rstrip("/") else local
    if ours is not None and ours.routing is not None:
        return ours.routing
    if ours is not None and ours.alertmanager_status == 0:
        return f"{connected[0]} does not answer on this host"
    if ours is not None and ours.alertmanager_status:
        raise Unobservable(f"{connected[0]} gives no status ({ours.alertmanager_status})")
    raise NotAsked(f"needs {OPTION_OF_WAY['alertmanager']} (Prometheus sends alerts to {connected[0]})")
