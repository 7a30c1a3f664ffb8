"""Whether the rule files on Prometheus' host are what it runs."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.local_prometheus import LocalPrometheus
from flower_audit.parsers.alert_rules import AlertRule, judge, merge, read_rule_file
from flower_audit.parsers.prometheus_api import LoadedAlert
from flower_audit.parsers.promql import Malformed, parse
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFiles:
    """What was compared.

    Shape: `files` are the paths read; `different` holds a sentence for each alert about Celery that is not in force as
    written; `defects` are what is wrong with the files themselves.
    """

    files: tuple[str, ...]
    different: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


@fact()
def rule_files(local_prometheus: LocalPrometheus) -> RuleFiles:
    """Source: the files that `rule_files` names, against /api/v1/rules.

    Absent: no Prometheus on this host, or no rule file.  Unobservable: a file cannot be read, or it does not answer.
    """
    server = local_prometheus.server
    if server is None:
        raise Unobservable(local_prometheus.problem)
    unreadable = [path for path, text in local_prometheus.rule_texts.items() if text is None]
    if unreadable:
        raise Unobservable(f"{unreadable[0]} cannot be read by this user, or is too long")
    unloaded = tuple(
        f"rule_files names {one} in {local_prometheus.config_file}, which is not loaded"
        for one in local_prometheus.not_reloaded
    )
    in_force = [one for one in server.alerts if _concerns(one.rule)]
    if not (local_prometheus.rule_texts or unloaded or in_force):
        raise Absent(f"{local_prometheus.config_file} names no rule file that exists")
    written = merge(read_rule_file(text or "", path) for path, text in local_prometheus.rule_texts.items())
    loaded = {_key(one.rule): one for one in server.alerts}
    on_disk = {_key(one): one for one in written.alerts}
    expressions = {key[:3] for key in loaded}
    missing = [(rule, key[:3] in expressions) for key, rule in on_disk.items() if key not in loaded and _concerns(rule)]
    stale = [one for one in in_force if _key(one.rule) not in on_disk]
    return RuleFiles(
        files=tuple(local_prometheus.rule_texts) or (local_prometheus.config_file,),
        different=(*unloaded, *(_not_loaded(*one) for one in missing), *map(_not_written, stale)),
        defects=written.defects,
    )


def _concerns(rule: AlertRule) -> bool:
    judgement = judge(rule)
    return judgement.about_celery or bool(judgement.covers)


def _key(rule: AlertRule) -> tuple[str, str, str, float, frozenset[tuple[str, str]]]:
    """All that decides when a rule fires and who is told."""
    return rule.group, rule.name, _normal(rule.expression), rule.for_s, frozenset(rule.labels.items())


def _not_loaded(rule: AlertRule, same_expression: bool) -> str:
    what = ": its `for` or its labels differ" if same_expression else ""
    return f"{rule.name} in {rule.file} is not loaded as it is written there{what}"


def _not_written(alert: LoadedAlert) -> str:
    return f"{alert.rule.name} is in force and not so in {alert.rule.file or 'any file'}: the next reload ends it"


def _normal(expression: str) -> str:
    """An expression without the accidents of how it was written."""
    try:
        return parse(expression).prettify()
    except Malformed:
        return " ".join(expression.split())
