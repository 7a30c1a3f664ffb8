"""Waivers: which one speaks of a check, whether it still holds, and which ones nobody needs any more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from flower_audit.configuration import Waiver
from flower_audit.model import Outcome, Result, WaiverState, WaiverUse
from flower_audit.parsers.nearest_name import nearest_name

BROKEN = frozenset({Outcome.FAIL, Outcome.WAIVED})
HOLDS = frozenset({Outcome.PASS, Outcome.NOT_APPLICABLE})


def is_live(waiver: Waiver, today: date) -> bool:
    """Whether a waiver holds on a day: from the day it was granted until the end of its last one, in UTC.

    It may begin a day early, since the day it was granted may be ahead of UTC where its approver lives.
    """
    return waiver.granted - timedelta(days=1) <= today <= waiver.until


def best_of(waivers: Iterable[Waiver], check_id: str, target: str, today: date) -> Waiver | None:
    """The waiver that speaks of a check on a target: a live one if there is any, else the one that ended last."""
    covering = [one for one in waivers if one.covers(check_id, target)]
    return max(covering, key=lambda one: (is_live(one, today), one.until), default=None)


def remark(waiver: Waiver, today: date) -> str:
    """What the waiver adds to the message of a broken rule."""
    if is_live(waiver, today):
        return f"waived until {waiver.until} by {waiver.approver}: {waiver.reason}"
    if today > waiver.until:
        return f"its waiver by {waiver.approver} ended on {waiver.until}"
    return f"its waiver by {waiver.approver} begins on {waiver.granted}"


def states(
    waivers: Sequence[Waiver],
    results: Iterable[Result],
    *,
    checks: Collection[str],
    targets: Collection[str],
    audited: Collection[str],
    today: date,
) -> tuple[WaiverState, ...]:
    """What became of each waiver, the ones to look at first.

    Shape: `checks` are the ids of all checks there are, `targets` all targets that are known by name, `audited`
    those that this audit looked at.
    """
    outcomes = {(one.check, one.target): one.outcome for one in results}
    found = [
        _state(waiver, outcomes, checks=checks, targets={*targets, *audited}, audited=audited, today=today)
        for waiver in waivers
    ]
    order = list(WaiverUse)
    return tuple(sorted(found, key=lambda one: (order.index(one.use), one.days_left, one.check, one.target)))


def _state(
    waiver: Waiver,
    outcomes: Mapping[tuple[str, str], Outcome],
    *,
    checks: Collection[str],
    targets: Collection[str],
    audited: Collection[str],
    today: date,
) -> WaiverState:
    ids = [one for one in {*checks, *(check for check, _ in outcomes)} if waiver.names_check(one)]
    covered = {(one, target) for one in ids for target in audited if waiver.names_target(target)}
    failing = tuple(sorted(f"{check}@{target}" for check, target in covered if outcomes.get((check, target)) in BROKEN))
    days_left = (waiver.until - today).days

    def state(use: WaiverUse, said: str) -> WaiverState:
        return WaiverState(
            check=waiver.check,
            target=waiver.target,
            reason=waiver.reason,
            approver=waiver.approver,
            granted=waiver.granted.isoformat(),
            until=waiver.until.isoformat(),
            days_left=days_left,
            use=use,
            failing=failing,
            remark=said,
        )

    if not ids:
        return state(WaiverUse.MATCHES_NOTHING, f"no check is called {waiver.check!r}{_hint(waiver.check, checks)}")
    if not any(waiver.names_target(target) for target in targets):
        return state(WaiverUse.MATCHES_NOTHING, f"no target is called {waiver.target!r}{_hint(waiver.target, targets)}")
    if days_left < 0:
        still = "what it covered fails again" if failing else "nothing that it covers fails: delete it"
        return state(WaiverUse.ENDED, f"ended on {waiver.until}; {still}")
    if not is_live(waiver, today):
        return state(WaiverUse.NOT_BEGUN, f"begins on {waiver.granted}, and holds nothing until then")
    if failing:
        return state(WaiverUse.IN_FORCE, f"{_ending(days_left)}: {', '.join(failing)}")
    if covered and all(outcomes.get(one) in HOLDS for one in covered):
        return state(WaiverUse.NOT_NEEDED, "what it covers does not fail: delete it")
    return state(WaiverUse.UNDECIDED, "not all that it covers was judged in this audit")


def _ending(days_left: int) -> str:
    if days_left == 0:
        return "ends today"
    return f"ends in {days_left} day{'s' if days_left > 1 else ''}"


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest_name(name, known)
    return f"; did you mean {near!r}?" if near else ""
