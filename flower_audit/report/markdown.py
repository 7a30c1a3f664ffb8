"""The report as GitHub-flavoured Markdown: for a step summary, a merge request, a ticket."""

import re

from flower_audit.model import Outcome, Report, Result
from flower_audit.report import since
from flower_audit.report.inert import one_line
from flower_audit.report.summary import OUTCOME_WORDS, remark, versions, worst_first

LONGEST_BYTES = 900_000
"""A step summary of GitHub holds 1 MiB; what is left out is said."""

_SIGNS = re.compile(r"([\\`*_\[\]{}#|<>&~@:$]|(?<=www)\.)")
"""What begins markup within a line; no text of ours begins a line."""


def render(report: Report) -> str:
    """Write the verdict, then the failures with their fixes, then what gave no verdict."""
    results = worst_first(report.results)
    mark = "✅" if report.gate.passed else "❌"
    parts = [
        f"## {mark} Flower audit: {_plain(report.gate.reason)}\n",
        "".join(f"- {_target(report, name)}\n" for name in [target.name for target in report.targets]),
        f"{_plain(report.summary.coverage)}.\n",
    ]
    if report.baseline:
        told = since.changes(report.baseline, targets=len(report.targets))
        parts.append(
            "".join([f"{_plain(since.heading(report.baseline))}\n\n", *(f"- {_plain(line)}\n" for line in told)])
        )
    if waivers := list(since.needing_somebody(report)):
        parts.append("### Waivers that need somebody\n\n" + "".join(f"- {_plain(line)}\n" for line in waivers))
    failing = [result for result in results if result.outcome is Outcome.FAIL]
    if failing:
        parts.append("### Do this now\n")
        parts += [_failure(result) for result in failing]
    others = [
        result for result in results if result.outcome in {Outcome.BUG, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.MANUAL}
    ]
    if others:
        parts.append("### Without a clean verdict\n")
        rows = [f"| {_cell(r)} |\n" for r in others]
        parts.append(
            "| Outcome | Severity | Check | Target | Reason |\n| --- | --- | --- | --- | --- |\n" + "".join(rows)
        )
    return _cut(parts)


def _target(report: Report, name: str) -> str:
    target = next(target for target in report.targets if target.name == name)
    told = [_code(text) for text in (target.url, target.connection) if text]
    found = ", ".join(_plain(found) for found in versions(target))
    looked = f"looked as {_plain(target.looked_as)}" if target.looked_as else ""
    return "; ".join(filter(None, [" ".join([f"**{_plain(name)}**", *told]), looked, found]))


def _failure(result: Result) -> str:
    lines = [f"**{result.severity}** {_name(result)} on {_plain(result.target)}: {_plain(result.title)}"]
    lines += [
        f"{label}: {_code(text)}"
        for label, text in (
            ("found", result.observed),
            ("wanted", result.wanted),
            ("where", result.where),
            ("reason", remark(result)),
        )
        if text
    ]
    if result.fix:
        lines.append(f"fix: {_marked(result.fix)}")
    return "- " + "  \n  ".join(lines) + "\n"


def _cell(result: Result) -> str:
    reason = _code(result.message or result.observed)
    cells = [
        OUTCOME_WORDS[result.outcome],
        result.severity,
        _name(result),
        _plain(result.target),
        reason.replace("|", "\\|"),
    ]
    return " | ".join(cells)


def _name(result: Result) -> str:
    case = f"[{result.case}]" if result.case else ""
    return _code(f"{result.check}{case}").replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that is only text: every sign of Markdown escaped, and nobody mentioned."""
    return _SIGNS.sub(r"\\\1", one_line(text)).replace("\\@", "\\@<!-- -->").replace("\\#", "\\#<!-- -->")


def _code(text: str) -> str:
    """A code span, fenced by more backticks than it holds."""
    text = one_line(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}" if text else ""


def _marked(text: str) -> str:
    parts = one_line(text).split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(_code(part) if number % 2 else _spaced(part) for number, part in enumerate(parts))


def _spaced(text: str) -> str:
    """Plain text between two code spans, which keeps its outer spaces."""
    if not text.strip():
        return " " if text else ""
    return (" " if text[0] == " " else "") + _plain(text) + (" " if text[-1] == " " else "")


def _cut(parts: list[str]) -> str:
    kept, size = [], 0
    for number, part in enumerate(parts):
        size += len(part.encode()) + 1
        if size > LONGEST_BYTES:
            kept.append(f"{len(parts) - number} more parts are left out here: see the HTML or the JSON report.\n")
            break
        kept.append(part)
    return "\n".join(part for part in kept if part)
