"""What changed since the baseline, and which waivers need somebody, in lines of plain text."""

from collections.abc import Iterator

from flower_audit.model import Change, Comparison, Outcome, Report, WaiverState, WaiverUse
from flower_audit.report.inert import one_line
from flower_audit.report.summary import OUTCOME_WORDS

ANNOUNCED_DAYS = 14
"""A waiver is announced when it ends within so many days."""

GROUPS = {
    "new_failures": "newly failed",
    "newly_unknown": "newly could not be checked",
    "fixed": "fixed",
    "changed": "otherwise changed",
    "added": "added",
    "removed": "removed",
}
"""The groups of a comparison, and how one is said after a number."""

_BRIEFLY = ("new_failures", "newly_unknown", "fixed")
_USES = {
    WaiverUse.ENDED: "ended",
    WaiverUse.MATCHES_NOTHING: "matches nothing",
    WaiverUse.NOT_NEEDED: "not needed",
    WaiverUse.NOT_BEGUN: "not begun",
    WaiverUse.IN_FORCE: "ends soon",
}


def heading(comparison: Comparison) -> str:
    """The comparison in one sentence of counts."""
    counts = {words: len(getattr(comparison, group)) for group, words in GROUPS.items()}
    told = [f"{count} {words}" for words, count in counts.items() if count]
    return f"Since the baseline of {one_line(comparison.started_at)}: " + ", ".join(
        [*told, f"{comparison.unchanged} as before"]
    )


def changes(comparison: Comparison, *, targets: int, briefly: bool = True) -> Iterator[str]:
    """One line for each change, the worst first; `briefly` leaves out those that nobody has to act on.

    Shape: `targets` is how many the report has; with one, its name is not repeated.
    """
    for group, words in GROUPS.items():
        if briefly and group not in _BRIEFLY:
            continue
        found: tuple[Change, ...] = getattr(comparison, group)
        for one in sorted(found, key=lambda one: (one.severity.rank, one.check, one.target, one.case)):
            yield f"{words.upper() if group in _BRIEFLY[:2] else words} {_told(one, targets)}"


def needing_somebody(report: Report) -> Iterator[str]:
    """One line for each waiver that has ended, is about to, or does nothing."""
    for one in report.waivers:
        if one.use in _USES and (one.use is not WaiverUse.IN_FORCE or one.days_left <= ANNOUNCED_DAYS):
            yield f"{_USES[one.use]}: {_named(one)} (granted by {one_line(one.approver)}): {one_line(one.remark)}"


def _told(one: Change, targets: int) -> str:
    case = f"[{one_line(one.case)}]" if one.case else ""
    place = f" on {one_line(one.target)}" if targets > 1 else ""
    was = f"was {_words(one.before)}" if one.before else "not in the baseline"
    now = "" if one.after in {Outcome.FAIL, Outcome.UNKNOWN} else f", now {_words(one.after)}"
    return f"{one.severity} {one_line(one.check)}{case}{place}: {one_line(one.title)} ({was}{now})"


def _words(outcome: Outcome | None) -> str:
    return OUTCOME_WORDS[outcome] if outcome else "not there"


def _named(one: WaiverState) -> str:
    return one_line(one.check) + ("" if one.target == "*" else f" on {one_line(one.target)}")
