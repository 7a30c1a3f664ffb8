"""Counts, the coverage sentence and the gate: what a whole run comes to."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from flower_audit.check import Finding
from flower_audit.guide import SECTIONS
from flower_audit.model import AuditedTarget, Gate, Outcome, Result, Severity, Summary

VERDICTS = frozenset({Outcome.PASS, Outcome.FAIL, Outcome.WAIVED})
"""Outcomes that say whether the rule holds."""

OUTCOME_WORDS = {
    Outcome.FAIL: "failed",
    Outcome.BUG: "crashed",
    Outcome.UNKNOWN: "could not be checked",
    Outcome.WAIVED: "waived",
    Outcome.MANUAL: "manual",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.NOT_RUN: "not run",
}
"""How an outcome is said after a number."""

OUTCOME_MEANINGS = {
    Outcome.FAIL: "The rule is broken.",
    Outcome.BUG: "flower-audit itself made a mistake here; nothing is known about the target. Please report it.",
    Outcome.UNKNOWN: "Asked and could not look: refused, timed out, no permission, no tool. It is not a pass.",
    Outcome.WAIVED: "The rule is broken, and somebody accepted that until a date.",
    Outcome.MANUAL: "Only a person can tell, and no statement is in force.",
    Outcome.PASS: "The rule holds.",
    Outcome.NOT_APPLICABLE: "The subject is not there, or the rule does not apply to this version.",
    Outcome.NOT_RUN: "Never asked, because no way in was given for what it needs.",
}
"""The glossary of outcomes."""

_WITHOUT_VERDICT = (Outcome.NOT_APPLICABLE, Outcome.NOT_RUN, Outcome.MANUAL, Outcome.UNKNOWN, Outcome.BUG)


def summarise(
    results: Sequence[Result], fail_on: Severity, allow_unknown: Collection[str] = ()
) -> tuple[Summary, Gate]:
    """Count the results and decide the gate.

    The gate is shut by a failure or an unknown of severity `fail_on` or worse, by any bug, and where nothing
    gave a verdict; never by what is waived, manual, not applicable or not run, nor by an unknown that
    `allow_unknown` (ids and globs of checks) covers.
    """
    outcomes = Counter(result.outcome for result in results)
    failed = Counter(result.severity for result in results if result.outcome is Outcome.FAIL)
    summary = Summary(
        outcomes={outcome: outcomes[outcome] for outcome in Outcome},
        failed_by_severity={severity: failed[severity] for severity in Severity},
        verdicts=sum(outcomes[outcome] for outcome in VERDICTS),
        total=len(results),
        coverage=_coverage(outcomes, len(results)),
    )
    counting = [result for result in results if not may_be_unknown(result, allow_unknown)]
    return summary, _gate(counting, summary, fail_on)


def may_be_unknown(result: Result, allow_unknown: Collection[str]) -> bool:
    """Whether a result is an unknown that was allowed by the name of its check, or a glob of it."""
    return result.outcome is Outcome.UNKNOWN and any(fnmatchcase(result.check, glob) for glob in allow_unknown)


def worst_first(results: Iterable[Result]) -> list[Result]:
    """Sort by outcome in the order a reader wants them, then by severity, then by check and target."""
    order = {outcome: position for position, outcome in enumerate(Outcome)}
    return sorted(results, key=lambda r: (order[r.outcome], r.severity.rank, r.check, r.target, r.case))


def remark(result: Result) -> str:
    """What the message says beyond found, wanted and where: a waiver's remark, or why there is no verdict."""
    if result.outcome not in {Outcome.FAIL, Outcome.WAIVED} or not result.observed:
        return result.message or result.observed
    said = str(Finding(result.observed, result.wanted, result.where))
    return result.message.removeprefix(said).lstrip("; ")


def versions(target: AuditedTarget) -> list[str]:
    """What was found on a target, e.g. `Flower 2.2.0`; a description (`about`) stands for itself."""
    return [version if system == "about" else f"{system} {version}" for system, version in target.found.items()]


def sections_of(results: Iterable[Result]) -> list[str]:
    """The sections that occur: the guide's in its order, any other after them."""
    found = dict.fromkeys(result.section for result in results)
    return [s for s in SECTIONS if s in found] + [s for s in found if s not in SECTIONS]


def _coverage(outcomes: Counter[Outcome], total: int) -> str:
    verdicts = sum(outcomes[outcome] for outcome in VERDICTS)
    waived = f" ({outcomes[Outcome.WAIVED]} waived)" if outcomes[Outcome.WAIVED] else ""
    rest = [f"{outcomes[o]} {o.value.replace('_', ' ')}" for o in _WITHOUT_VERDICT if outcomes[o]]
    return f"{verdicts} of {total} gave a verdict{waived}" + (f": {', '.join(rest)}" if rest else "")


def _gate(results: Sequence[Result], summary: Summary, fail_on: Severity) -> Gate:
    def counted(outcome: Outcome) -> Counter[Severity]:
        return Counter(r.severity for r in results if r.outcome is outcome and r.severity.rank <= fail_on.rank)

    failed, unknown = counted(Outcome.FAIL), counted(Outcome.UNKNOWN).total()
    bugs = summary.outcomes[Outcome.BUG]
    reasons = []
    if failed:
        counts = [f"{failed[severity]} {severity}" for severity in Severity if failed[severity]]
        reasons.append(f"{_all_of(counts)} failed")
    if unknown:
        reasons.append(f"{unknown} could not be checked")
    if bugs:
        reasons.append(f"{bugs} hit a bug in flower-audit")
    if not summary.verdicts:
        reasons.insert(0, "nothing gave a verdict")
    if reasons:
        return Gate(passed=False, fail_on=fail_on, reason=f"FAIL: {', '.join(reasons)}")
    return Gate(passed=True, fail_on=fail_on, reason=f"PASS: {_passing(summary, fail_on)}")


def _passing(summary: Summary, fail_on: Severity) -> str:
    worse = "nothing critical" if fail_on is Severity.CRITICAL else f"nothing {fail_on} or worse"
    below = [f"{count} {severity}" for severity, count in summary.failed_by_severity.items() if count]
    remarks = [f"{_all_of(below)} failed"] if below else []
    remarks += [
        f"{summary.outcomes[outcome]} {OUTCOME_WORDS[outcome]}"
        for outcome in (Outcome.UNKNOWN, Outcome.WAIVED)
        if summary.outcomes[outcome]
    ]
    said = "nothing failed" if not below and fail_on is Severity.INFO else f"{worse} failed"
    return said + (f" ({', '.join(remarks)})" if remarks else "")


def _all_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
