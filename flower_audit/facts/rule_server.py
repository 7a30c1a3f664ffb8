"""What evaluates the alert rules: Prometheus itself, or the server that was named for it (vmalert, Thanos)."""

import re
from dataclasses import replace

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.grafana_rules import OWN
from flower_audit.json_api import Replies
from flower_audit.parsers.prometheus_api import ALERTMANAGERS, RULES, PrometheusServer, alertmanagers_of, rules_of
from flower_audit.probe import Trail, fact
from flower_audit.prometheus_connection import PrometheusApi
from flower_audit.target import Target

METRICS = "/metrics"  # where vmalert, which has no list of Alertmanagers, counts what it sent to each
SENT_TO = re.compile(r'^vmalert_alerts_sent_total\{addr="(https?://[^"]{1,300})"', re.MULTILINE)
VMALERT = re.compile(r"^vmalert_", re.MULTILINE)


@fact()
def rule_server(target: Target, trail: Trail, prometheus: PrometheusServer) -> PrometheusServer:
    """Prometheus, with the rules and the Alertmanagers of whatever evaluates rules for it.

    Source: GET on /api/v1/rules of --flower-rules, else of Prometheus.
    Unobservable: the named server does not answer, or is Grafana, which tells half of each rule; Prometheus is of a
    kind that leaves rules to another program, which was not named.
    """
    if not target.rules:
        if not prometheus.alerts and prometheus.alertmanagers is None:
            raise Unobservable(
                f"{prometheus.url} has no alert rules, and is of a kind that leaves them to another program: "
                "name that (vmalert, a ruler) with --flower-rules"
            )
        return prometheus
    if target.rules.rstrip("/").endswith(OWN):
        raise Unobservable(
            "Grafana tells its own rules without the conditions they fire on: give --flower-grafana instead"
        )
    api = PrometheusApi(target.rules, target, trail, role="rules")
    try:
        replies = api.ask([RULES, ALERTMANAGERS, METRICS])
    except Unreachable as error:
        raise Unobservable(str(error)) from error
    alerts, records = rules_of(replies)
    managers = alertmanagers_of(replies)
    return replace(
        prometheus,
        url=api.name,
        alerts=(*prometheus.alerts, *alerts),
        records={**prometheus.records, **records},
        alertmanagers=_notified(replies) if managers is None else managers,
    )


def _notified(replies: Replies) -> tuple[str, ...] | None:
    """The Alertmanagers that vmalert sends to, None where this is no vmalert."""
    text = replies[METRICS].text if replies[METRICS].status == 200 else ""
    return tuple(SENT_TO.findall(text)) if VMALERT.search(text) else None
