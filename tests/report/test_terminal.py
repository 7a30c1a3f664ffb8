import re
from collections.abc import Callable

import pytest

from flower_audit.model import Outcome, Report
from flower_audit.report.terminal import render

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_golden(named_report: tuple[str, Report], golden: Callable[[str, str], None]) -> None:
    name, report = named_report
    golden(f"{name}.terminal.txt", render(report, 80, False))


def test_golden_in_color(sample: Report, golden: Callable[[str, str], None]) -> None:
    golden("single.terminal-color.txt", render(sample, 80, True))


def test_color_adds_nothing_but_color(named_report: tuple[str, Report]) -> None:
    colored = render(named_report[1], 80, True)
    assert colored != render(named_report[1], 80, False)
    assert ESCAPE.sub("", colored) == render(named_report[1], 80, False)


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_no_line_is_wider_than_asked(named_report: tuple[str, Report], width: int) -> None:
    assert max(map(len, render(named_report[1], width, False).splitlines())) <= max(width, 40)


def test_the_verdict_is_first_and_last(named_report: tuple[str, Report]) -> None:
    report = named_report[1]
    text = " ".join(render(report, 1000, False).split("\n"))
    assert text.startswith(f"GATE {report.gate.reason} ")
    assert text.endswith(f"Coverage: {report.summary.coverage}. GATE {report.gate.reason} ")


def test_hostile_text_is_shown_not_obeyed(reports: dict[str, Callable[[], Report]]) -> None:
    text = render(reports["hostile"](), 80, False)
    assert not re.search(r"[^\n\x20-\x7e…]", text), "control, direction or invisible characters reached the terminal"
    assert "\\x1b[2J" in text
    assert not any(line.startswith("FAKE") for line in text.splitlines())


def test_every_check_without_a_pass_is_named(sample: Report) -> None:
    text = render(sample, 80, False)
    silent = {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert {r.check for r in sample.results if r.outcome not in silent} == {
        r.check for r in sample.results if r.check in text
    }


def test_one_reason_of_many_unknowns_is_told_once(reports: dict[str, Callable[[], Report]]) -> None:
    assert render(reports["dead"](), 80, False).count("Connection refused") == 1
