"""Writes docs/checks/ anew from the checks' own docstrings: `python docs/build_checks.py`."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from flower_audit import catalogue
from flower_audit.check import Check
from flower_audit.guide import SECTIONS
from flower_audit.model import Severity

FOLDER = Path(__file__).parent / "checks"
INDEX = "README.md"

WAYS = {
    "host": "a connection to the host",
    "process": "a connection to the host",
    "url": "the public URL",
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "grafana": "Grafana",
    "statement": "a person's statement in flower-audit.yml",
}
PRIVILEGES = {"nothing": "", "owner": ", as root or as Flower's own user", "root": ", as root"}


def pages() -> dict[str, str]:
    """The text of every page by its file name: one for each area, and the index."""
    found = {f"{area}.md": "\n".join(_area(area)) + "\n" for area in catalogue.areas()}
    return {INDEX: "\n".join(_index()) + "\n", **found}


def _index() -> Iterator[str]:
    checks = catalogue.published()
    counts = ", ".join(
        f"{count} {severity}" for severity in Severity if (count := sum(one.severity is severity for one in checks))
    )
    yield "# The checks"
    yield ""
    yield f"{len(checks)} checks: {counts}. These pages are written from the checks themselves by"
    yield "`python docs/build_checks.py`; `flower-audit explain ID` shows the same."
    yield ""
    yield "| area | checks | chapters of the guide |"
    yield "|---|---|---|"
    for area in catalogue.areas():
        own = [one for one in checks if one.area == area]
        chapters = ", ".join(section for section in SECTIONS if any(one.section == section for one in own))
        yield f"| [{area}]({area}.md) | {len(own)} | {chapters} |"
    for part, lines in catalogue.guide_map().items():
        yield ""
        yield f"## {part}"
        yield ""
        yield "| of the guide | answered by |"
        yield "|---|---|"
        for line, ids in lines.items():
            yield f"| {line} | {', '.join(map(_link, ids))} |"


def _area(area: str) -> Iterator[str]:
    own = [one for one in catalogue.published() if one.area == area]
    yield f"# {area}"
    yield ""
    yield f"[All areas]({INDEX})"
    yield ""
    yield "| check | severity | passes when |"
    yield "|---|---|---|"
    for one in own:
        title = _plain(one.title).replace("|", "\\|")
        yield f"| [{one.id}](#{one.id}) | {one.severity} | {title} |"
    for one in own:
        yield ""
        yield from _check(one)


def _check(check: Check) -> Iterator[str]:
    ways = dict.fromkeys(WAYS[way] for way in sorted(catalogue.ways_needed(check)))
    ways |= dict.fromkeys(f"{WAYS[way]} (named, or found on the host)" for way in sorted(catalogue.ways_found(check)))
    needs = (_and(ways) or "any way in") + PRIVILEGES[catalogue.privilege_needed(check)]
    covers = "".join(f'; "{line}"' for line in check.covers)
    yield f'<a id="{check.id}"></a>'
    yield ""
    yield f"## {check.id}"
    yield ""
    yield f"{_plain(check.title)} ({check.severity})"
    yield ""
    yield f"- Why: {_plain(check.why)}"
    yield f"- Fix: {_plain(check.fix)}"
    yield f"- Source: {_plain(check.source)}"
    yield f"- Guide: {check.section}{covers}"
    yield f"- Needs: {needs}"


def _link(check_id: str) -> str:
    return f"[{check_id}]({check_id.partition('.')[0]}.md#{check_id})"


def _plain(text: str) -> str:
    """Text as Markdown that shows it as it is, with what stands between backticks as code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*\[\]\\])", r"\\\1", _html(part)) for part in parts)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _and(parts: Iterable[str]) -> str:
    return " and ".join(parts)


def main() -> None:
    """Write the pages, and remove those of areas that are no more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(wanted)} pages, {len(catalogue.published())} checks\n")


if __name__ == "__main__":
    main()
