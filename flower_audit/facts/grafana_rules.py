"""Alert rules about Celery that Grafana keeps itself."""

import re
from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.grafana import HEALTH
from flower_audit.json_api import JsonApi
from flower_audit.parsers.prometheus_api import RULES, rules_of
from flower_audit.probe import Trail, fact
from flower_audit.target import Target

OWN = "/api/prometheus/grafana"
"""Below it Grafana answers as a Prometheus would; with each rule's queries, but without the condition it fires on."""

CELERY = re.compile("celery|flower", re.IGNORECASE)  # several queries come as one text, which is no PromQL any more


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaRules:
    """Shape: `names` are those of the rules whose queries are about Celery."""

    url: str
    names: tuple[str, ...] = ()


@fact(way="grafana")
def grafana_rules(target: Target, trail: Trail) -> GrafanaRules:
    """Source: GET on Grafana's own rules in the form of Prometheus' API.

    Unobservable: this token may not read them, or alerting is switched off.
    """
    if target.grafana is None:
        raise Absent("no Grafana was named")
    api = JsonApi("grafana", target.grafana, target, trail)
    path = f"{OWN}{RULES}"
    reply = api.ask([HEALTH, path])[path]  # the first answer tells whether this token is let in at all
    if reply.status != 200:
        raise Unobservable(f"{api.name} does not give its own alert rules ({reply.status or reply.text[:150]})")
    alerts, _ = rules_of({RULES: reply})
    about = [
        one.rule.name for one in alerts if CELERY.search(f"{one.rule.name} {one.rule.group} {one.rule.expression}")
    ]
    return GrafanaRules(url=api.name, names=tuple(dict.fromkeys(about)))
