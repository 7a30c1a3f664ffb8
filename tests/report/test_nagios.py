import re
from collections.abc import Callable

import pytest

from flower_audit.model import Outcome, Report, Severity
from flower_audit.report.nagios import CRITICAL, OK, UNKNOWN, WARNING, exit_status, render
from flower_audit.report.summary import summarise

STATUS = re.compile(r"FLOWER AUDIT (?:OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \|((?: \w+=\d+;;;0)+)")
"""The guidelines of the monitoring plugins: one line of text, a bar, `label=value;warn;crit;min` by spaces."""


def test_form(named_report: tuple[str, Report]) -> None:
    text = render(named_report[1])
    first, *rest = text.splitlines()
    matched = STATUS.fullmatch(first)
    assert matched
    assert len(text.encode()) < 8192
    assert not any("|" in line for line in rest)
    data = dict(one.removesuffix(";;;0").split("=") for one in matched[1].split())
    assert all(data[outcome.value] == str(count) for outcome, count in named_report[1].summary.outcomes.items())


@pytest.mark.parametrize(
    ("name", "status"), [("single", CRITICAL), ("fleet", CRITICAL), ("healthy", OK), ("dead", UNKNOWN)]
)
def test_exit_status(name: str, status: int, reports: dict[str, Callable[[], Report]]) -> None:
    report = reports[name]()
    assert exit_status(report) == status
    assert render(report).startswith(f"FLOWER AUDIT {('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[status]} - ")


def test_lesser_failures_warn(sample: Report) -> None:
    results = [r for r in sample.results if r.outcome is Outcome.PASS or r.severity is Severity.LOW]
    summary, gate = summarise(results, Severity.HIGH)
    assert gate.passed
    report = sample.model_copy(update={"results": tuple(results), "summary": summary, "gate": gate})
    assert exit_status(report) == WARNING


def test_many_failures_fit(sample: Report) -> None:
    long = sample.results[0].model_copy(update={"message": "x" * 500})
    text = render(sample.model_copy(update={"results": (long,) * 500}))
    assert len(text.encode()) < 8192
    assert text.splitlines()[-1] == "and 470 more"
