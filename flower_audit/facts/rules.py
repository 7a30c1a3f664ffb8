"""The alert rules that Prometheus runs, judged by what they would do and by whether what they select exists."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.grafana_rules import GrafanaRules
from flower_audit.parsers.alert_rules import SITUATIONS, Judgement, judge, uncovered
from flower_audit.parsers.celery_metrics import Kind
from flower_audit.parsers.prometheus_api import LoadedAlert, PrometheusServer
from flower_audit.parsers.rule_liveness import dead_selections, unknown_selections, why_dead
from flower_audit.parsers.series_questions import Seen
from flower_audit.probe import fact

COULD_COVER = {
    "failure rate": {Kind.FAILED, Kind.EVENTS, Kind.STATES, Kind.SUCCEEDED},
    "no workers": {Kind.WORKER_FLAG, Kind.WORKER_COUNT, Kind.WORKER_DOWN},
    "queue depth": {Kind.QUEUE, Kind.SENT},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRule:
    """One alert rule about Celery.

    Shape: `dead` holds a sentence for each selection that keeps it from ever firing, empty where it can fire;
    `unseen` tells that Prometheus did not answer for some selection.
    """

    alert: LoadedAlert
    judgement: Judgement
    dead: tuple[str, ...] = ()
    unseen: bool = False

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.alert.rule.name

    @property
    def situation(self) -> str:
        """The situation of the guide that the rule is nearest to."""
        covered = [one.name for one in SITUATIONS if one.name in self.judgement.covers]
        near = [name for name, kinds in COULD_COVER.items() if self.judgement.about & kinds]
        return next(iter([*covered, *near, SITUATIONS[0].name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All alert rules about Celery and Flower.

    Shape: `total` counts every alert rule of that Prometheus; `elsewhere` says which rules are kept where they cannot
    be judged, empty where there are none.
    """

    prometheus: str
    total: int
    judged: tuple[JudgedRule, ...]
    exporters: frozenset[str] = frozenset()
    elsewhere: str = ""

    @property
    def any(self) -> bool:
        """Whether there is a rule about Celery at all.  Unobservable: only such as cannot be judged."""
        if not self.judged and self.elsewhere:
            raise Unobservable(f"{self.prometheus} has no rule about Celery, and {self.elsewhere}")
        return bool(self.judged)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Situations of the guide that no rule covers.

        Unobservable: a rule that may cover one is beyond what can be worked out here.
        """
        missing = uncovered([one.judgement for one in self.judged])
        for situation in missing:
            doubtful = [
                one for one in self.judged if one.judgement.undecided and one.judgement.about & COULD_COVER[situation]
            ]
            if doubtful:
                raise Unobservable(
                    f"whether {doubtful[0].name} covers “{situation}” cannot be told: {doubtful[0].judgement.undecided}"
                )
        if missing and self.elsewhere:
            raise Unobservable(f"no rule of {self.prometheus} covers “{missing[0]}”, and {self.elsewhere}")
        return missing

    @property
    def unhealthy(self) -> tuple[str, ...]:
        """Rules that Prometheus could not evaluate, with its reason."""
        return tuple(f"{one.name}: {one.alert.last_error}" for one in self.judged if one.alert.health == "err")

    @property
    def dead(self) -> tuple[JudgedRule, ...]:
        """Rules that can never fire.  Unobservable: Prometheus did not tell, and none is known to be dead."""
        found = tuple(one for one in self.judged if one.dead)
        if not found and any(one.unseen for one in self.judged):
            raise Unobservable("Prometheus did not answer for every series that the rules select")
        return found

    @property
    def meaningless(self) -> tuple[str, ...]:
        """Rules that are not what they are called, each with the reason."""
        return tuple(f"{one.name}: {defect}" for one in self.judged for defect in one.judgement.defects)

    @property
    def of_workers(self) -> tuple[JudgedRule, ...]:
        """Rules that fire where no worker is left, or where the workers' series are gone."""
        return tuple(
            one for one in self.judged if one.judgement.fires_when_vanished or NO_WORKERS in one.judgement.covers
        )


NO_WORKERS = SITUATIONS[1].name


@fact()
def rules(
    rule_server: PrometheusServer, series: Seen, grafana_rules: GrafanaRules | Unobservable | None = None
) -> Rules:
    """Source: /api/v1/rules and the series of the last day."""
    judged = []
    records = dict(rule_server.records)
    for alert in rule_server.alerts:
        judgement = judge(alert.rule, records)
        if not (judgement.about_celery or judgement.covers):
            continue
        dead = dead_selections(alert.rule.expression, records, series)
        unseen = unknown_selections(judgement.selections, series)
        reasons = () if dead is None or unseen else tuple(dict.fromkeys(why_dead(one, series) for one in dead))
        judged.append(JudgedRule(alert=alert, judgement=judgement, dead=reasons, unseen=unseen))
    return Rules(
        prometheus=rule_server.url,
        total=len(rule_server.alerts),
        judged=tuple(judged),
        exporters=series.families,
        elsewhere=_elsewhere(grafana_rules),
    )


def _elsewhere(grafana: GrafanaRules | Unobservable | None) -> str:
    if isinstance(grafana, Unobservable):
        return str(grafana)
    if grafana is None or not grafana.names:
        return ""
    return f"{grafana.url} keeps rules about it ({', '.join(grafana.names[:4])}) without telling their conditions"
