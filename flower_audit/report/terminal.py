"""The report for a terminal: the worst first, each with what was found, what is wanted and the fix."""

import textwrap
from collections.abc import Hashable, Iterable, Iterator

from flower_audit.model import AuditedTarget, Outcome, Report, Result
from flower_audit.report import since
from flower_audit.report.inert import one_line
from flower_audit.report.summary import OUTCOME_WORDS, remark, sections_of, versions, worst_first

NARROWEST = 40
NAMED_NOT_RUN = 12
"""Checks named for each way in that was not given; the worst come first, and the page has them all."""

_LABEL = {Outcome.FAIL: "FAIL", Outcome.BUG: "BUG", Outcome.UNKNOWN: "UNKNOWN", Outcome.WAIVED: "WAIVED"}
_BLIND = {Outcome.BUG, Outcome.UNKNOWN}
_COLORS = {
    "FAIL": "1;31",
    "BUG": "1;35",
    "UNKNOWN": "1;33",
    "WAIVED": "36",
    "PASS": "1;32",
    "heading": "1",
    "faint": "2",
}


def render(report: Report, width: int = 80, color: bool = False) -> str:
    """Lay the report out in `width` columns; `color` says whether escape sequences may be used."""
    return "\n".join(_Page(report, max(width, NARROWEST), color).lines()) + "\n"


class _Page:
    """One rendering of one report."""

    def __init__(self, report: Report, width: int, color: bool) -> None:
        self.report = report
        self.width = width
        self.color = color
        self.results = worst_first(report.results)
        blind = [result for result in self.results if result.outcome in _BLIND]
        by_reason = _grouped(((result.outcome, result.message), result) for result in blind)
        self.shared = [group for group in by_reason if len({result.check for result in group}) > 1]
        """Several checks without a verdict for one reason: a host that cannot be reached is one piece of news."""
        self.shared_reasons = {(group[0].outcome, group[0].message) for group in self.shared}

    def lines(self) -> Iterator[str]:
        yield from self.gate()
        yield ""
        for target in self.report.targets:
            yield from self.target(target)
        before_it = 2
        for section in sections_of(self.results):
            lines = list(self.section(section, [result for result in self.results if result.section == section]))
            if before_it > 1 or len(lines) > 1:
                yield ""
            yield from lines
            before_it = len(lines)
        yield from self.blind()
        yield from self.manual()
        yield from self.not_run()
        yield from self.since_baseline()
        yield from self.waivers()
        yield ""
        yield from self.start()
        yield from self.wrapped(f"Coverage: {self.report.summary.coverage}.", hang="  ")
        yield from self.gate()

    def gate(self) -> Iterator[str]:
        style = "PASS" if self.report.gate.passed else "FAIL"
        yield from self.wrapped(f"GATE {one_line(self.report.gate.reason)}", hang="  ", style=style)

    def target(self, target: AuditedTarget) -> Iterator[str]:
        where = " via ".join(one_line(way) for way in (target.url, target.connection) if way)
        yield from self.wrapped(f"{one_line(target.name)}: {where or 'no address'}", hang="  ")
        told = [one_line(found) for found in versions(target)]
        looked = [f"looked as {one_line(target.looked_as)}"] if target.looked_as else []
        if told or looked:
            yield from self.wrapped("; ".join([*looked, ", ".join(told)]), indent="  ", style="faint")

    def section(self, section: str, results: list[Result]) -> Iterator[str]:
        counts = ", ".join(
            f"{count} {OUTCOME_WORDS[outcome]}"
            for outcome in Outcome
            if (count := sum(result.outcome is outcome for result in results))
        )
        yield from self.wrapped(f"{one_line(section)}: {counts}", hang="  ", style="heading")
        told = [result for result in results if result.outcome in _LABEL and not self.is_shared(result)]
        for group in _grouped((_said(result), result) for result in told):
            yield from self.finding(group)

    def finding(self, group: list[Result]) -> Iterator[str]:
        """One result, or the same result of several targets."""
        result = group[0]
        yield from self.labelled(result, f"{result.severity} {self.names(group)}: {one_line(result.title)}")
        if result.outcome not in _BLIND:
            yield from self.field("found", result.observed)
            yield from self.field("wanted", result.wanted)
            yield from self.field("where", result.where)
        yield from self.field("reason", remark(result))
        if result.outcome is Outcome.FAIL:
            yield from self.lines_of("fix", result.fix)

    def blind(self) -> Iterator[str]:
        if self.shared:
            yield ""
            yield self.painted("Could not be checked", "heading")
        for group in self.shared:
            yield from self.labelled(group[0], f"{_checks(group)}: {one_line(group[0].message)}")
            yield from self.field("checks", self.names(group))

    def manual(self) -> Iterator[str]:
        manual = [result for result in self.results if result.outcome is Outcome.MANUAL]
        if manual:
            yield ""
            yield self.painted("For a person to tell", "heading")
        for group in _grouped((_said(result), result) for result in manual):
            title = f"{self.names(group)}: {one_line(group[0].title)}"
            yield from self.wrapped(title, indent="  ", hang="    ")
            yield from self.field("reason", remark(group[0]))

    def not_run(self) -> Iterator[str]:
        not_run = [result for result in self.results if result.outcome is Outcome.NOT_RUN]
        if not_run:
            yield ""
            yield self.painted("Not run", "heading")
        for group in _grouped((result.message, result) for result in not_run):
            names = self.names(group[:NAMED_NOT_RUN])
            more = f" and {len(group) - NAMED_NOT_RUN} more" if len(group) > NAMED_NOT_RUN else ""
            said = f"{one_line(group[0].message) or 'no reason given'}, for {_checks(group)}: {names}{more}"
            yield from self.wrapped(said, indent="  ", hang="    ")

    def since_baseline(self) -> Iterator[str]:
        if comparison := self.report.baseline:
            yield ""
            yield from self.wrapped(since.heading(comparison), hang="  ", style="heading")
            for line in since.changes(comparison, targets=len(self.report.targets)):
                yield from self.wrapped(line, indent="  ", hang="    ")

    def waivers(self) -> Iterator[str]:
        if lines := list(since.needing_somebody(self.report)):
            yield ""
            yield self.painted("Waivers", "heading")
            for line in lines:
                yield from self.wrapped(line, indent="  ", hang="    ")

    def start(self) -> Iterator[str]:
        if self.results and self.results[0].outcome is Outcome.FAIL:
            first = self.results[0]
            text = f"Start with {self.names([first])}: {one_line(first.fix or first.message)}"
            yield from self.wrapped(text, hang="  ")

    def is_shared(self, result: Result) -> bool:
        return (result.outcome, result.message) in self.shared_reasons

    def names(self, results: list[Result]) -> str:
        """The checks of the results, each with its targets where the report has several."""
        told = []
        for group in _grouped(((result.check, result.case), result) for result in results):
            case = f"[{one_line(group[0].case)}]" if group[0].case else ""
            told.append(f"{one_line(group[0].check)}{case}{self.places(group)}")
        return ", ".join(told)

    def places(self, results: list[Result]) -> str:
        targets = list(dict.fromkeys(one_line(result.target) for result in results))
        if len(self.report.targets) < 2:
            return ""
        return (
            f" on all {len(targets)} targets"
            if len(targets) == len(self.report.targets)
            else f" on {' and '.join(targets)}"
        )

    def labelled(self, result: Result, text: str) -> Iterator[str]:
        label = _LABEL[result.outcome]
        first, *rest = self.wrapped(f"{label} {text}", indent="  ", hang="    ")
        yield "  " + self.painted(label, label) + first.removeprefix(f"  {label}")
        yield from rest

    def field(self, name: str, text: str) -> Iterator[str]:
        if text:
            yield from self.wrapped(f"{name:<7} {one_line(text)}", indent="    ", hang=" " * 12)

    def lines_of(self, name: str, text: str) -> Iterator[str]:
        """A field whose lines stay lines, because they are to be copied into a file."""
        first, *rest = text.rstrip().split("\n")
        yield from self.field(name, first)
        for line in rest:
            indent = " " * (12 + len(line) - len(line.lstrip(" ")))
            yield from self.wrapped(one_line(line), indent=indent, hang=f"{indent}  ")

    def wrapped(self, text: str, indent: str = "", hang: str = "", style: str = "") -> Iterator[str]:
        lines = textwrap.wrap(
            text, self.width, initial_indent=indent, subsequent_indent=hang or indent, break_on_hyphens=False
        )
        yield from (self.painted(line, style) for line in lines)

    def painted(self, line: str, style: str) -> str:
        return f"\x1b[{_COLORS[style]}m{line}\x1b[0m" if self.color and style else line


def _said(result: Result) -> Hashable:
    """All that is printed of a result but its target: results that agree in it are printed once."""
    return (
        result.check,
        result.case,
        result.outcome,
        result.observed,
        result.wanted,
        result.where,
        result.message,
        result.fix,
    )


def _grouped(keyed: Iterable[tuple[Hashable, Result]]) -> list[list[Result]]:
    groups: dict[Hashable, list[Result]] = {}
    for key, result in keyed:
        groups.setdefault(key, []).append(result)
    return list(groups.values())


def _checks(results: list[Result]) -> str:
    count = len({result.check for result in results})
    return "1 check" if count == 1 else f"{count} checks"
