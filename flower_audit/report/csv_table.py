"""The report as a table for spreadsheets (RFC 4180): a row for each result."""

import csv
import io

from flower_audit.model import Report
from flower_audit.report.inert import visible
from flower_audit.report.summary import worst_first

COLUMNS = (
    "target",
    "check",
    "case",
    "outcome",
    "severity",
    "section",
    "title",
    "observed",
    "wanted",
    "where",
    "message",
    "fix",
    "why",
    "source",
)


def render(report: Report) -> str:
    """Write the header and the rows, the worst first."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows([_cell(getattr(result, column)) for column in COLUMNS] for result in worst_first(report.results))
    return text.getvalue()


def _cell(value: object) -> str:
    """A cell that a spreadsheet takes for text: an apostrophe before what it would take for a formula."""
    text = visible(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\n")) else text
