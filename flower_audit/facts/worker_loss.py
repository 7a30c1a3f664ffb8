"""Whether somebody is told when workers are lost in the ways that leave no zero behind."""

from dataclasses import dataclass

from packaging.version import Version

from flower_audit.errors import Absent, NotAsked
from flower_audit.facts.options import Options
from flower_audit.facts.rules import Rules
from flower_audit.parsers.celery_metrics import NO_WORKERS
from flower_audit.parsers.rule_advice import advised
from flower_audit.probe import fact
from flower_audit.target import OPTION_OF_WAY

PURGES_METRICS = Version("2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLoss:
    """What is told of lost workers.

    Shape: `killed_problem` is a sentence where no alert comes after `kill -9`, empty where one does; `advice` is an
    expression that does, over the metrics that are there.
    """

    rules: tuple[str, ...]
    advice: str
    seen_when_vanished: bool
    killed_problem: str = ""


@fact()
def worker_loss(rules: Rules, options: Options | None = None) -> WorkerLoss:
    """Source: the rules about workers, played through; Flower's own option `purge_offline_workers`.

    Absent: no rule is about missing workers (then alerting.rules-loaded says so).
    NotAsked: it depends on Flower's options, and its host was not given.
    """
    about = rules.of_workers
    if not about:
        raise Absent("no alert rule is about missing workers")
    vanished = any(one.judgement.fires_when_vanished for one in about)
    killed = any(one.judgement.fires_when_killed for one in about)
    problem = ""
    if not killed and vanished:
        # Only Flower's gauge stays at 1 after kill -9; it goes away when Flower forgets the worker.
        problem = _not_purged(options)
    return WorkerLoss(
        rules=tuple(one.name for one in about),
        advice=advised(NO_WORKERS.name, rules.exporters),
        seen_when_vanished=vanished,
        killed_problem=problem,
    )


def _not_purged(options: Options | None) -> str:
    if options is None:
        raise NotAsked(
            f"needs {OPTION_OF_WAY['process']} (whether Flower forgets killed workers stands in its options)"
        )
    if options.release < PURGES_METRICS:
        return f"flower_worker_online stays 1 for ever after kill -9: Flower {options.release} never takes it back"
    if not options.purge_offline_workers_s:
        return "flower_worker_online stays 1 for ever after kill -9: purge_offline_workers is not set"
    return ""
