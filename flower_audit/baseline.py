"""What changed since an older report, and the gate that only counts what became worse."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

from flower_audit.errors import UsageError
from flower_audit.model import Change, Comparison, Gate, Outcome, Report, Result, Severity
from flower_audit.report import json_format
from flower_audit.report.summary import may_be_unknown, worst_first

Kind = Literal["new_failures", "newly_unknown", "fixed", "changed", "added", "removed"]

BROKEN = frozenset({Outcome.FAIL, Outcome.WAIVED})
BLIND = frozenset({Outcome.UNKNOWN, Outcome.BUG})


def load(path: Path) -> Report:
    """The report in a file.  Raises UsageError, with one sentence, where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no report {path}; a baseline is the flower-audit.json of an earlier audit, kept under a name "
            "of its own"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the report {path}: {getattr(error, 'strerror', None) or error}") from error
    try:
        return json_format.read(text)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def refuse_strangers(old: Report, names: Iterable[str], what: str) -> None:
    """Raise UsageError where the old report has none of these targets, so that everything would be new."""
    known, wanted = {target.name for target in old.targets}, set(names)
    if not known & wanted:
        raise UsageError(
            f"{what} has no target in common with this audit: it tells of {', '.join(sorted(known)) or 'none'}, "
            f"this one is of {', '.join(sorted(wanted))}"
        )


def compare(old: Report, new: Report) -> Comparison:
    """What became of each check of the old report, and what the new one has besides.

    The same check is the same id on the same target with the same case; no text is compared.
    """
    before, after = _by_key(old.results), _by_key(new.results)
    changes: dict[Kind, list[Change]] = {}
    unchanged = 0
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key), after.get(key)
        kind = _kind(was.outcome if was else None, now.outcome if now else None)
        if kind is None:
            unchanged += 1
        elif told := now or was:
            changes.setdefault(kind, []).append(
                Change(
                    check=told.check,
                    target=told.target,
                    case=told.case,
                    severity=told.severity,
                    title=told.title,
                    before=was.outcome if was else None,
                    after=now.outcome if now else None,
                    message=now.message if now else "",
                )
            )
    return Comparison(
        started_at=old.started_at,
        tool=old.tool,
        unchanged=unchanged,
        **{kind: tuple(found) for kind, found in changes.items()},
    )


def regressions(comparison: Comparison, fail_on: Severity) -> tuple[Change, ...]:
    """The changes that shut the gate: what newly fails or cannot be checked any more, of severity `fail_on` or worse.

    A bug of the audit counts whatever the severity, for it may hide anything.
    """
    return tuple(
        one
        for one in (*comparison.new_failures, *comparison.newly_unknown)
        if one.severity.rank <= fail_on.rank or one.after is Outcome.BUG
    )


def gate(report: Report, comparison: Comparison, fail_on: Severity, allow_unknown: Collection[str] = ()) -> Gate:
    """The gate where only what is worse than the baseline counts, and that something gave a verdict at all."""
    allowed = {(one.check, one.target) for one in report.results if may_be_unknown(one, allow_unknown)}
    worse = [one for one in regressions(comparison, fail_on) if (one.check, one.target) not in allowed]
    since = f"since {comparison.started_at}"
    reasons = [] if report.summary.verdicts else ["nothing gave a verdict"]
    if failed := [one for one in worse if one.after is Outcome.FAIL]:
        counts = [
            f"{count} {severity}" for severity in Severity if (count := sum(one.severity is severity for one in failed))
        ]
        reasons.append(f"{', '.join(counts)} newly failed {since}")
    if unknown := sum(one.after is Outcome.UNKNOWN for one in worse):
        reasons.append(f"{unknown} newly could not be checked {since}")
    if bugs := sum(one.after is Outcome.BUG for one in worse):
        reasons.append(f"{bugs} newly hit a bug in flower-audit {since}")
    if reasons:
        return Gate(passed=False, fail_on=fail_on, scope="new", reason=f"FAIL: {', '.join(reasons)}")
    known = sum(one.outcome in {Outcome.FAIL, *BLIND} and one.severity.rank <= fail_on.rank for one in report.results)
    as_before = f" ({known} known from the baseline still to be mended)" if known else ""
    least = "critical" if fail_on is Severity.CRITICAL else f"{fail_on} or worse"
    return Gate(
        passed=True, fail_on=fail_on, scope="new", reason=f"PASS: nothing {least} newly failed {since}{as_before}"
    )


def _by_key(results: Iterable[Result]) -> dict[tuple[str, str, str], Result]:
    found: dict[tuple[str, str, str], Result] = {}
    for one in worst_first(results):
        found.setdefault((one.check, one.target, one.case), one)
    return found


def _kind(before: Outcome | None, after: Outcome | None) -> Kind | None:
    if after is before:
        return None
    if after is None:
        return "removed"
    if after is Outcome.FAIL:
        return "new_failures"
    if after is Outcome.BUG or (after is Outcome.UNKNOWN and before not in BLIND):
        return "newly_unknown"
    if before is None:
        return "added"
    if before in BROKEN and after is Outcome.PASS:
        return "fixed"
    return "changed"
