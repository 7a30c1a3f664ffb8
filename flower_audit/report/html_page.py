"""The report as one HTML file: no network, no external file, readable without scripts.

Every value is escaped by the template engine, after control and direction characters were spelled out; the
content security policy names the hashes of the page's own script and style and allows nothing else.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from flower_audit.model import AuditedTarget, Change, Evidence, Outcome, Report, Result, Severity
from flower_audit.report import since
from flower_audit.report.inert import visible
from flower_audit.report.summary import OUTCOME_MEANINGS, OUTCOME_WORDS, remark, sections_of, versions, worst_first

EXCERPT_IN_ROW = 2_000
EXCERPT_MAX = 64 * 1024
"""Characters of evidence shown with a check and in the annex; more is cut, with a note."""

HEAD_MAX = 200
OPEN_CARDS = 3
LETTERS = {
    Outcome.FAIL: "F",
    Outcome.BUG: "B",
    Outcome.UNKNOWN: "?",
    Outcome.WAIVED: "W",
    Outcome.MANUAL: "M",
    Outcome.PASS: "P",
    Outcome.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash as wide as a letter
    Outcome.NOT_RUN: "○",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A piece of evidence as shown: `id` of its entry in the annex, `excerpt` of the length allowed here.

    `head` is one line of its source: the command, or the comment that a long one begins with.
    """

    id: str
    of: Evidence
    head: str
    excerpt: str
    note: str

    @property
    def answer(self) -> str:
        """The status in words; a handshake and a query have none worth telling."""
        word = {"request": "status", "command": "exit"}.get(self.of.kind)
        return f"{word} {self.of.status}" if word and self.of.status is not None else ""

    @property
    def whole(self) -> bool:
        """Whether the head is all of the source."""
        return self.head == self.of.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A result, its anchor, and its evidence cut to the length of a row."""

    anchor: str
    of: Result
    evidence: tuple[Shown, ...]

    @property
    def outcome(self) -> str:
        """The outcome in words."""
        return _words(self.of.outcome)

    @property
    def brief(self) -> str:
        """What a closed row tells beyond its title: nothing for a pass."""
        return "" if self.of.outcome is Outcome.PASS else self.of.observed or self.of.message

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """What an open row tells: label, key of an export, text."""
        r = self.of
        found = (r.observed, r.wanted, r.where) if r.outcome in {Outcome.FAIL, Outcome.WAIVED} else ("", "", "")
        fix = "" if r.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.NOT_RUN} else r.fix
        labels = ("Found", "Wanted", "Where", "Reason", "Why it matters", "Fix", "Source")
        keys = ("observed", "wanted", "where", "reason", "why", "fix", "source")
        why = r.why[:1].upper() + r.why[1:]
        told = zip(labels, keys, (*found, remark(r), why, fix, r.source), strict=True)
        return [(label, key, text) for label, key, text in told if text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One choice of a filter."""

    value: str
    label: str
    count: int


def render(report: Report) -> str:
    """Write the page."""
    style, script = (_shipped(name) for name in ("page.css", "page.js"))
    environment = Environment(
        loader=DictLoader({"page.html": _shipped("page.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_inert,
    )
    environment.filters["marked"] = _marked
    environment.filters["words"] = _words
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    page = environment.get_template("page.html")
    own = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - the package's own files, not a target's text
    return page.render(**own, content_security_policy=policy, **_view(report))


def _view(report: Report) -> dict[str, Any]:
    results = worst_first(report.results)
    annex = {target.name: _annex(position, target, results) for position, target in enumerate(report.targets)}
    anchors = _anchors(results)
    rows = [_row(result, anchor, annex.get(result.target, {})) for result, anchor in zip(results, anchors, strict=True)]
    several = len(report.targets) > 1
    verdict, _, reason = report.gate.reason.partition(": ")
    return {
        "report": report,
        "verdict": verdict if reason else "",
        "reason": reason or report.gate.reason,
        "several": several,
        "rows": rows,
        "failures": _alike(row for row in rows if row.of.outcome is Outcome.FAIL),
        "blind": _blind(rows),
        "open_cards": OPEN_CARDS,
        "since": _since(report, rows),
        "groups": since.GROUPS,
        "since_heading": since.heading,
        "needing_somebody": list(since.needing_somebody(report)),
        "shares": _shares(report),
        "filters": _filters(results, several),
        "matrix": _matrix(rows, report.targets) if several else [],
        "failed_by_target": [
            sum(r.target == target.name and r.outcome is Outcome.FAIL for r in results) for target in report.targets
        ],
        "annex": annex,
        "letters": LETTERS,
        "meanings": OUTCOME_MEANINGS,
        "versions": versions,
        "remark": remark,
        "is_web": lambda url: str(url).startswith(("https://", "http://")),
    }


def _annex(position: int, target: AuditedTarget, results: Iterable[Result]) -> dict[Evidence, Shown]:
    """Everything that was asked of a target, once each: a request of which a check kept the answer, with the answer."""
    kept = [one for result in results if result.target == target.name for one in result.evidence]
    answered = {(one.kind, one.source, one.status) for one in kept}
    bare = [one for one in target.requests if one.excerpt or (one.kind, one.source, one.status) not in answered]
    return {
        one: _shown(one, f"evidence-{position + 1}-{number}", EXCERPT_MAX)
        for number, one in enumerate(dict.fromkeys([*bare, *kept]), start=1)
    }


def _shown(evidence: Evidence, name: str, longest: int) -> Shown:
    excerpt = evidence.excerpt[:longest]
    cut = len(evidence.excerpt) > longest
    note = ""
    if cut or evidence.truncated:
        total = max(evidence.total_bytes, len(evidence.excerpt.encode()))
        note = f"truncated: {_size(len(excerpt.encode()))} of {_size(total)}"
    return Shown(id=name, of=evidence, head=_head(evidence.source), excerpt=excerpt, note=note)


def _head(source: str) -> str:
    first, _, rest = source.strip().partition("\n")
    if rest:
        first = first.lstrip("# ")
    return first if len(first) <= HEAD_MAX else f"{first[:HEAD_MAX]}…"


def _row(result: Result, anchor: str, annex: dict[Evidence, Shown]) -> Row:
    evidence = tuple(_shown(one, annex[one].id if one in annex else "", EXCERPT_IN_ROW) for one in result.evidence)
    return Row(anchor=anchor, of=result, evidence=evidence)


def _anchors(results: Iterable[Result]) -> list[str]:
    """`check@target`, which stays the same from run to run; further ones of the same name get a number."""
    used: Counter[str] = Counter()
    anchors = []
    for result in results:
        case = f"[{result.case}]" if result.case else ""
        name = quote(visible(f"{result.check}{case}@{result.target}"), safe="@[]:/")
        used[name] += 1
        anchors.append(name if used[name] == 1 else f"{name}~{used[name]}")
    return anchors


def _alike(rows: Iterable[Row]) -> list[list[Row]]:
    """Failures of the same severity and words on several targets, as one; worst first, then the most common."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        r = row.of
        groups.setdefault((r.check, r.case, r.severity, r.observed, r.message, r.fix), []).append(row)
    return sorted(groups.values(), key=lambda group: (group[0].of.severity.rank, -len(group)))


def _blind(rows: Iterable[Row]) -> list[list[Row]]:
    """Unknowns and bugs by their reason."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.of.outcome in {Outcome.UNKNOWN, Outcome.BUG}:
            groups.setdefault((row.of.outcome, row.of.message), []).append(row)
    return sorted(
        groups.values(), key=lambda group: (group[0].of.outcome is Outcome.UNKNOWN, group[0].of.severity.rank)
    )


def _since(report: Report, rows: Iterable[Row]) -> dict[str, list[tuple[Change, str]]]:
    """The changes since the baseline by group, each with the anchor of its row ("" where the check is gone)."""
    anchors = {(row.of.check, row.of.target, row.of.case): row.anchor for row in rows}
    if report.baseline is None:
        return {}
    groups: dict[str, tuple[Change, ...]] = {group: getattr(report.baseline, group) for group in since.GROUPS}
    return {
        group: [(one, anchors.get((one.check, one.target, one.case), "")) for one in changes]
        for group, changes in groups.items()
        if changes
    }


def _shares(report: Report) -> list[tuple[Outcome, int, float, float]]:
    """The bar of outcomes: outcome, count, where its part starts and how long it is, in percent."""
    shares, start = [], 0.0
    for outcome in Outcome:
        count = report.summary.outcomes.get(outcome, 0)
        length = 100 * count / max(report.summary.total, 1)
        if count:
            shares.append((outcome, count, round(start, 3), round(length, 3)))
        start += length
    return shares


def _filters(results: Sequence[Result], several: bool) -> dict[str, list[Chip]]:
    outcomes, severities = Counter(r.outcome for r in results), Counter(r.severity for r in results)
    sections = Counter(r.section for r in results)
    filters = {
        "outcome": [Chip(value=o, label=_words(o), count=outcomes[o]) for o in Outcome if outcomes[o]],
        "severity": [Chip(value=s, label=s, count=severities[s]) for s in Severity if severities[s]],
        "section": [Chip(value=n, label=n, count=sections[n]) for n in sections_of(results)],
    }
    if several:
        filters["target"] = [Chip(value=n, label=n, count=c) for n, c in Counter(r.target for r in results).items()]
    return filters


def _matrix(rows: Iterable[Row], targets: Sequence[AuditedTarget]) -> list[tuple[Result, list[list[Row]]]]:
    """Check by target, the most common failures first; a cell holds the row of each case."""
    by_check: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        by_check.setdefault(row.of.check, {}).setdefault(row.of.target, []).append(row)

    def failures(cells: dict[str, list[Row]]) -> tuple[int, ...]:
        first = Counter(cell[0].of.outcome for cell in cells.values())
        return tuple(-first[outcome] for outcome in Outcome)

    ordered = sorted(by_check.values(), key=failures)
    return [(next(iter(cells.values()))[0].of, [cells.get(t.name, []) for t in targets]) for cells in ordered]


def _marked(text: str) -> Markup:
    """What stands between backticks as code; all of it escaped."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _words(outcome: Outcome) -> str:
    return {Outcome.PASS: "passed", Outcome.UNKNOWN: "unknown", Outcome.BUG: "bug"}.get(outcome, OUTCOME_WORDS[outcome])


def _inert(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _size(count: int) -> str:
    return f"{count} B" if count < 1000 else f"{count / 1000:.3g} kB"


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shipped(name: str) -> str:
    return files("flower_audit.report").joinpath(name).read_text(encoding="utf-8")
