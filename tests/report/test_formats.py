"""What holds for every format."""

from collections.abc import Callable

import pytest

from flower_audit.model import Report
from flower_audit.report import FORMATS

OWN_GOLDEN = {"html", "json"}


@pytest.mark.parametrize("report", ["single", "dead", "hostile"])
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in OWN_GOLDEN])
def test_golden(
    name: str, report: str, reports: dict[str, Callable[[], Report]], golden: Callable[[str, str], None]
) -> None:
    suffix = FORMATS[name].file_name.removeprefix("flower-audit.")
    golden(f"{report}.{suffix}", FORMATS[name].render(reports[report]()))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text(name: str, named_report: tuple[str, Report]) -> None:
    first = FORMATS[name].render(named_report[1])
    assert first == FORMATS[name].render(named_report[1].model_copy(deep=True))
    assert first.endswith("\n")
    first.encode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_of_nothing_can_be_said(name: str, sample: Report) -> None:
    assert FORMATS[name].render(sample.model_copy(update={"results": (), "targets": ()}))


@pytest.mark.parametrize("name", FORMATS)
def test_the_failing_check_is_named(name: str, sample: Report) -> None:
    assert "auth.pages-require-login" in FORMATS[name].render(sample)
