import csv
import io
from collections.abc import Callable

from flower_audit.model import Report
from flower_audit.report.csv_table import COLUMNS, render
from flower_audit.report.summary import worst_first


def test_reads_back(named_report: tuple[str, Report]) -> None:
    name, report = named_report
    rows = list(csv.DictReader(io.StringIO(render(report), newline="")))
    ordered = worst_first(report.results)
    assert [(row["check"], row["outcome"]) for row in rows] == [(r.check, r.outcome) for r in ordered]
    if name != "hostile":
        assert all(
            row[column].lstrip("'") == getattr(r, column)
            for row, r in zip(rows, ordered, strict=True)
            for column in COLUMNS
        )


def test_no_cell_is_a_formula(reports: dict[str, Callable[[], Report]]) -> None:
    cells = [cell for row in csv.reader(io.StringIO(render(reports["hostile"]()), newline="")) for cell in row]
    assert any(cell.startswith("'=HYPERLINK(") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
