"""The report as the output of a Nagios or Icinga plugin, and the exit status that goes with it."""

from flower_audit.model import Outcome, Report, Result
from flower_audit.report.inert import one_line
from flower_audit.report.summary import worst_first

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
LONGEST_LINES = 30
LONGEST_LINE = 200
"""Nagios reads 8 kB; the worst come first."""


def render(report: Report) -> str:
    """Write the status line with its performance data, then a line for each failure and each unknown."""
    numbers = [(outcome.value, report.summary.outcomes.get(outcome, 0)) for outcome in Outcome]
    numbers += [(severity.value, count) for severity, count in report.summary.failed_by_severity.items()]
    data = " ".join(f"{name}={count};;;0" for name, count in [*numbers, ("verdicts", report.summary.verdicts)])
    targets = ", ".join(target.name for target in report.targets)
    reason = report.gate.reason.partition(": ")[2]
    status = f"FLOWER AUDIT {_NAMES[exit_status(report)]} - {targets}: {reason}; {report.summary.coverage}"
    told = [r for r in worst_first(report.results) if r.outcome in {Outcome.FAIL, Outcome.BUG, Outcome.UNKNOWN}]
    lines = [_line(result) for result in told[:LONGEST_LINES]]
    if len(told) > LONGEST_LINES:
        lines.append(f"and {len(told) - LONGEST_LINES} more")
    return f"{_safe(status, 1000)} | {data}\n" + "".join(f"{line}\n" for line in lines)


def exit_status(report: Report) -> int:
    """3 where the gate is shut by what could not be seen only, 2 by a failure, 1 where lesser ones failed, else 0."""
    severities = [result.severity for result in report.results if result.outcome is Outcome.FAIL]
    if not report.gate.passed:
        return CRITICAL if any(one.rank <= report.gate.fail_on.rank for one in severities) else UNKNOWN
    return WARNING if severities else OK


def _line(result: Result) -> str:
    case = f"[{result.case}]" if result.case else ""
    return _safe(
        f"[{result.outcome}] {result.severity} {result.check}{case} {result.target}: {result.message or result.title}"
    )


def _safe(text: str, longest: int = LONGEST_LINE) -> str:
    """One line without the bar that begins performance data."""
    line = one_line(text).replace("|", "/")
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
