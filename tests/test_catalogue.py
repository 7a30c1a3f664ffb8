"""The table of checks, and the pages that are written from it."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from flower_audit import catalogue
from flower_audit.guide import CHECKLIST, SECTIONS, TROUBLESHOOTING
from flower_audit.target import WAYS

MAP = catalogue.guide_map()
DOCS = Path(__file__).parents[1] / "docs"


def test_checks_are_sorted_and_of_known_ways() -> None:
    ids = [check.id for check in catalogue.published()]
    assert ids == sorted(set(ids))
    assert list(catalogue.areas()) == sorted({one.partition(".")[0] for one in ids})
    assert all(catalogue.ways_needed(check) <= set(WAYS) for check in catalogue.published())


@pytest.mark.parametrize(("part", "line"), [(part, line) for part, lines in MAP.items() for line in lines])
def test_the_map_of_the_guide_has_no_hole(part: str, line: str) -> None:
    """`pytest tests/test_catalogue.py -k map -rP` prints the map."""
    answers = MAP[part][line]
    sys.stdout.write(f"{part} / {line}: {' '.join(answers)}\n")
    assert answers, f"no check answers for {line!r}"
    assert not set(answers) - catalogue.ids()


def test_the_map_names_every_check_of_a_chapter_that_configures() -> None:
    named = {one for part, lines in MAP.items() if part != "The chapters" for ids in lines.values() for one in ids}
    later = {"broker.no-eviction", "workers.clock"}  # of no section: what goes wrong long after the set-up
    assert catalogue.ids() - named == later


def test_the_ids_are_read_as_they_are_published() -> None:
    assert catalogue.ids() == {check.id for check in catalogue.published()}


def check(check_id: str) -> catalogue.Check:
    return next(one for one in catalogue.published() if one.id == check_id)


def test_what_a_check_needs_is_what_its_facts_need() -> None:
    assert catalogue.ways_needed(check("https.hsts")) == {"url"}
    assert catalogue.privilege_needed(check("https.hsts")) == "nothing"
    assert catalogue.ways_needed(check("service.enabled")) >= {"host"}
    assert catalogue.privilege_needed(check("network.firewall-active")) == "root"
    assert catalogue.ways_found(check("alerting.delivered")) >= {"prometheus"}
    assert catalogue.ways_found(check("https.hsts")) == set()
    assert "site" in [one.name for one in catalogue.observations(check("https.hsts"))]


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_checks", DOCS / "build_checks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_pages_are_what_the_checks_say() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "checks").glob("*.md")}
    assert committed == builder().pages(), "python docs/build_checks.py writes them anew"


def test_every_line_of_the_guide_leads_to_a_check() -> None:
    index = (DOCS / "checks" / "README.md").read_text(encoding="utf-8")
    for line in (*CHECKLIST, *TROUBLESHOOTING, *SECTIONS):
        assert re.search(rf"^\| {re.escape(line)} \| \[\w+\.", index, re.MULTILINE), line


def test_text_is_shown_as_it_is_written() -> None:
    plain = builder()._plain
    assert plain("a <b> & `<c> *d*` *e* [f](g)") == r"a &lt;b> &amp; `<c> *d*` \*e\* \[f\](g)"


def links() -> Iterator[tuple[Path, str]]:
    for page in sorted(DOCS.rglob("*.md")):
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for address in re.findall(r"\]\(([^)\s]+)\)", text):
            yield page, address


def anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_no_link_between_pages_is_dead(page: Path) -> None:
    for source, address in links():
        if source != page or address.startswith(("http://", "https://")):
            continue
        name, _, anchor = address.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), address
        if anchor:
            assert anchor in anchors(target), address


def test_the_pages_of_checks_need_no_network() -> None:
    for page in (DOCS / "checks").glob("*.md"):
        assert not re.search(r"!\[|<img|<script|\]\(https?:", page.read_text(encoding="utf-8")), page.name
