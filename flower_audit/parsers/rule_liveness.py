"""Whether what an alert rule selects exists: alive, still awaited, or dead with the reason."""

from flower_audit.parsers.celery_metrics import (
    KINDS,
    STATE_LABELS,
    STATES,
    TASK_EVENTS,
    Kind,
    exporter_of,
    kind_of,
)
from flower_audit.parsers.promql import Malformed, Matcher, Selector, Unpredictable, can_return, parse
from flower_audit.parsers.series_questions import Seen

WITHOUT_TASKS = frozenset({Kind.WORKER_FLAG, Kind.WORKER_COUNT, Kind.QUEUE, Kind.UP, Kind.WORKER_DOWN})
"""Metrics that are served before any task has run."""

SHOWN = 5


def unknown_selections(selections: tuple[Selector, ...], seen: Seen) -> bool:
    """Whether some selection was not answered for."""
    return any(selection.quoted not in seen.selections for selection in selections)


def is_alive(selection: Selector, seen: Seen) -> bool:
    """Whether the selection had series in the last day, or rightly waits for its first.

    A series appears with its first event: a healthy deployment has no series of failures yet.
    """
    if seen.selections.get(selection.quoted, False):
        return True
    kind = kind_of(selection)
    if seen.selections.get(Selector(selection.metric).quoted, False):
        return kind in {Kind.EVENTS, Kind.STATES, Kind.FAILED} and all(
            _could_match(selection, matcher, seen) for matcher in selection.matchers
        )
    exporter = exporter_of(selection.metric)
    served = selection.metric in KINDS and exporter in seen.families and kind not in WITHOUT_TASKS
    return served and exporter not in seen.task_families


def why_dead(selection: Selector, seen: Seen) -> str:
    """A sentence: the metric that nobody serves, or the labels that its series do not bear."""
    if not seen.selections.get(Selector(selection.metric).quoted, False):
        return f"no series called {selection.metric} was seen in the last day"
    amiss = [matcher for matcher in selection.matchers if not _could_match(selection, matcher, seen)]
    if not amiss:
        return f"no series of {selection.metric} bears all of {{{', '.join(map(str, selection.matchers))}}} together"
    said = []
    for matcher in amiss:
        values = seen.values.get((selection.metric, matcher.name), ())
        there = ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
        said.append(f"{matcher} (seen: {there or 'no such label'})")
    return f"no series of {selection.metric} has {' and '.join(said)}"


def dead_selections(expression: str, records: dict[str, str], seen: Seen) -> tuple[Selector, ...] | None:
    """The selections without which the rule can never fire; None where it can.

    A recorded series is looked for like any other; what it is recorded from is looked at where it is missing.
    """
    dead: list[Selector] = []

    def alive(selection: Selector) -> bool:
        if selection.metric in records and not seen.selections.get(selection.quoted, False):
            inner = dead_selections(records[selection.metric], {}, seen)
            dead.extend(inner or ())
            return inner is None
        found = is_alive(selection, seen)
        if not found:
            dead.append(selection)
        return found

    try:
        return None if can_return(parse(expression), alive) else tuple(dict.fromkeys(dead))
    except (Malformed, Unpredictable):
        return None


def _could_match(selection: Selector, matcher: Matcher, seen: Seen) -> bool:
    """Whether some series of the metric passes this matcher now, or will when the event it waits for happens."""
    known = set(seen.values.get((selection.metric, matcher.name), ()))
    kind = kind_of(selection)
    if kind is Kind.EVENTS and matcher.name == "type":
        known |= set(TASK_EVENTS)
    if kind is Kind.STATES and matcher.name in STATE_LABELS:
        known |= _spelled_alike(known)
    if not known:
        known = {""}  # a label that no series has is empty
    return any(matcher.admits(value) for value in known)


def _spelled_alike(known: set[str]) -> set[str]:
    """The states still to come, in the spelling of those that were seen."""
    columns = range(2)  # as Celery spells them, and in lower case
    seen_in = [
        column for column in columns if known & {words[column] for words in STATES.values() if len(words) > column}
    ]
    return {words[column] for words in STATES.values() for column in seen_in if len(words) > column}
