import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from flower_audit.model import Evidence, Report
from flower_audit.report.html_page import EXCERPT_IN_ROW, EXCERPT_MAX, render


class Page(HTMLParser):
    """What a parser makes of the page: its elements, attributes and the text of style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.raw[self.cdata_elem] = self.raw.get(self.cdata_elem, "") + data
        else:
            self.texts.append(data)


@pytest.mark.parametrize("name", ["single", "hostile"])
def test_golden(name: str, reports: dict[str, Callable[[], Report]], golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.html", render(reports[name]()))


def test_policy_names_the_hashes_of_the_only_style_and_script(named_report: tuple[str, Report]) -> None:
    page = Page(render(named_report[1]))
    tags = Counter(tag for tag, _ in page.elements)
    assert (tags["script"], tags["style"]) == (1, 1)
    (policy,) = [attrs["content"] for tag, attrs in page.elements if tag == "meta" and "http-equiv" in attrs]
    assert policy is not None
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_hostile_strings_make_no_element_attribute_or_address(reports: dict[str, Callable[[], Report]]) -> None:
    text = render(reports["hostile"]())
    page = Page(text)
    known = {tag for tag, _ in Page(render(reports["fleet"]())).elements} | {"strong"}
    assert {tag for tag, _ in page.elements} <= known
    attributes = {name for _, attrs in page.elements for name in attrs}
    assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc", "action"}]
    links = [attrs["href"] or "" for _, attrs in page.elements if "href" in attrs]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\ufeff]", text)
    assert "49" not in "".join(page.texts), "a template expression of a target was evaluated"


def test_no_address_is_loaded(sample: Report) -> None:
    page = Page(render(sample))
    assert not [attrs for _, attrs in page.elements if "src" in attrs]
    assert {attrs["href"] for tag, attrs in page.elements if tag == "link"} == {"data:,"}


def test_every_result_and_every_piece_of_evidence_is_there(named_report: tuple[str, Report]) -> None:
    report = named_report[1]
    page = Page(render(report))
    rows = [attrs for tag, attrs in page.elements if tag == "tr" and "data-check" in attrs]
    assert Counter((row["data-check"], row["data-outcome"]) for row in rows) == Counter(
        (result.check, result.outcome.value) for result in report.results
    )
    shown = "".join(page.texts)
    if named_report[0] != "hostile":
        assert all(one.source in shown for result in report.results for one in result.evidence)
        assert all(one.source in shown for target in report.targets for one in target.requests)
        assert all(one.excerpt in shown for result in report.results for one in result.evidence)


def test_anchors_are_unique_and_every_inner_link_has_its_target(named_report: tuple[str, Report]) -> None:
    page = Page(render(named_report[1]))
    ids = Counter(attrs["id"] for _, attrs in page.elements if "id" in attrs)
    assert ids.most_common(1)[0][1] == 1
    inner = {href[1:] for _, attrs in page.elements if (href := attrs.get("href") or "").startswith("#")}
    assert {link for link in inner if not link.startswith("?")} <= set(ids)


def test_anchors_do_not_depend_on_the_rest_of_the_report(reports: dict[str, Callable[[], Report]]) -> None:
    assert 'id="auth.pages-require-login@production"' in render(reports["single"]())
    assert 'id="monitoring.metrics-served[/metrics]@production"' in render(reports["healthy"]())


def test_long_evidence_is_cut_with_a_note(sample: Report) -> None:
    evidence = Evidence(
        kind="command", source="cat x", status=0, excerpt="ü" * 100_000, total_bytes=300_000, truncated=True
    )
    first = sample.results[0].model_copy(update={"evidence": (evidence,)})
    text = render(sample.model_copy(update={"results": (first,)}))
    assert text.count("ü") == EXCERPT_IN_ROW + EXCERPT_MAX
    assert "truncated: 4 kB of 300 kB" in text
    assert "truncated: 131 kB of 300 kB" in text


def test_the_shell_is_small(sample: Report) -> None:
    assert len(render(sample.model_copy(update={"results": ()})).encode()) < 50_000


def test_what_the_gate_says_is_said(named_report: tuple[str, Report]) -> None:
    report = named_report[1]
    text = render(report)
    verdict, _, reason = report.gate.reason.partition(": ")
    assert f"</span>{verdict}</p>" in text
    assert f"{reason[0].upper()}{reason[1:]}." in text
    assert report.summary.coverage in text


def test_changes_and_waivers_are_told(reports: dict[str, Callable[[], Report]]) -> None:
    page = Page(render(reports["compared"]()))
    shown = " ".join("".join(page.texts).split())
    assert "Since the baseline of 2026-11-15T09:30:00Z: 1 newly failed" in shown
    assert "service.enabled : A rule (was failed, now passed)" in shown.replace("enabled:", "enabled :")
    assert "(was passed, not in this audit)" in shown
    assert "ended: https.no-* on production (granted by A. Admin)" in shown
    assert "2026-11-30 (8 days)" in shown


def test_a_long_command_is_told_by_its_first_line_and_shown_once(sample: Report) -> None:
    text = render(sample)
    assert text.count("Ask the broker as Flower would") == 3  # in its row, in the annex, in the command itself
    assert text.count("line 59 of a long reader") == 1


def test_statements_are_in_the_annex_with_who_and_when(reports: dict[str, Callable[[], Report]]) -> None:
    text = render(reports["compared"]())
    assert "Statements (2)" in text
    assert "Kim &lt;b&gt;" in text
    assert "180 days" in text
    assert "2026-11-02" in text
    assert "Statements (" not in render(reports["single"]())
