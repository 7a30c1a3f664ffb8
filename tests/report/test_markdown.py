import re
from collections.abc import Callable

import pytest

from flower_audit.model import Outcome, Report
from flower_audit.report import markdown

cmarkgfm = pytest.importorskip("cmarkgfm", reason="cmarkgfm is not installed")


ELEMENTS = {"h2", "h3", "p", "ul", "li", "strong", "code", "br", "table", "thead", "tbody", "tr", "th", "td"}


def as_html(text: str) -> str:
    """As GitHub renders it, but with raw HTML let through, so that it would be seen here."""
    page: str = cmarkgfm.github_flavored_markdown_to_html(text, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    return page


def test_verdict_coverage_and_every_failure_with_its_fix(sample: Report) -> None:
    page = as_html(markdown.render(sample))
    assert f"<h2>❌ Flower audit: {sample.gate.reason}</h2>" in page
    assert sample.summary.coverage in page
    failing = [r for r in sample.results if r.outcome is Outcome.FAIL]
    assert page.count("fix: ") == len(failing)
    assert all(f"<code>{r.check}</code>" in page for r in failing)
    assert "<code>systemctl restart flower.service</code>" in page


def test_what_gave_no_clean_verdict_is_a_table(sample: Report) -> None:
    page = as_html(markdown.render(sample))
    told = {Outcome.BUG, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.MANUAL}
    assert page.count("<tr>") == 1 + sum(r.outcome in told for r in sample.results)
    assert page.count("<td") == 5 * sum(r.outcome in told for r in sample.results)


def test_hostile_strings_stay_text(reports: dict[str, Callable[[], Report]]) -> None:
    report = reports["hostile"]()
    text = markdown.render(report)
    page = as_html(text).replace("<!-- -->", "")
    assert set(re.findall(r"<(\w+)", page)) <= ELEMENTS
    assert page.count("<h2>") == 1
    outside_code = re.sub(r"<code>.*?</code>", "", as_html(text), flags=re.S)
    assert "@someone" not in outside_code, "somebody would be notified"
    assert "#1" not in outside_code
    assert "<td>" in page
    told = {Outcome.BUG, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.MANUAL}
    assert page.count("<td") == 5 * sum(r.outcome in told for r in report.results), "a bar ended a cell"


def test_changes_and_waivers_are_told(reports: dict[str, Callable[[], Report]]) -> None:
    page = as_html(markdown.render(reports["compared"]()))
    assert "<p>Since the baseline of 2026-11-15T09:30:00Z: 1 newly failed" in page
    assert "<li>NEWLY FAILED high https.expires-later" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "ended: https.no-* on production" in page


def test_a_passing_gate(reports: dict[str, Callable[[], Report]]) -> None:
    text = markdown.render(reports["healthy"]())
    assert text.startswith("## ✅ Flower audit: PASS")
    assert "Do this now" not in text


def test_a_long_report_is_cut_and_says_so(sample: Report) -> None:
    long = sample.results[0].model_copy(update={"fix": "x" * 100_000})
    text = markdown.render(sample.model_copy(update={"results": (long,) * 12}))
    assert len(text.encode()) < 1024 * 1024
    assert re.search(r"\d+ more parts are left out here", text)
