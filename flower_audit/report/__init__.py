"""Everything that says a result: one pure renderer a file, found by name, written without harm to older reports."""

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from flower_audit.errors import UsageError
from flower_audit.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to write a report; its module is imported when it renders, not before.

    Shape: `module` has a pure `render(report: Report) -> str`; `about` is half a sentence for a list of formats.
    """

    name: str
    file_name: str
    module: str
    about: str

    def render(self, report: Report) -> str:
        """The report in this format."""
        renderer: Callable[[Report], str] = import_module(f"{__name__}.{self.module}").render
        return renderer(report)


FORMATS = {
    one.name: one
    for one in (
        Format(name="json", file_name="flower-audit.json", module="json_format", about="everything, for programs"),
        Format(name="html", file_name="flower-audit.html", module="html_page", about="one page, for people"),
        Format(name="junit", file_name="flower-audit.junit.xml", module="junit", about="for Jenkins and GitLab"),
        Format(name="sarif", file_name="flower-audit.sarif", module="sarif", about="2.1.0, for code scanning"),
        Format(name="markdown", file_name="flower-audit.md", module="markdown", about="for a GitHub step summary"),
        Format(
            name="prometheus", file_name="flower-audit.prom", module="prometheus", about="for the textfile collector"
        ),
        Format(
            name="nagios", file_name="flower-audit.nagios.txt", module="nagios", about="a plugin's output, for Icinga"
        ),
        Format(name="csv", file_name="flower-audit.csv", module="csv_table", about="for spreadsheets"),
        Format(name="hdf", file_name="flower-audit.hdf.json", module="hdf", about="for Heimdall"),
        Format(name="oscal", file_name="flower-audit.oscal.json", module="oscal", about="assessment results, for GRC"),
    )
}
"""The formats by the name a user gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one format: the file written, or why there is none (`error` is one sentence)."""

    format: str
    path: Path
    error: str | None = None


def prepare_folder(folder: Path) -> None:
    """Make the folder for reports and prove that a file can be written there, before the audit starts.

    Raises UsageError otherwise.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / "flower-audit.trial", "").unlink()
    except OSError as error:
        raise UsageError(f"cannot write reports to {folder}: {_reason(error)}") from error


def write_reports(report: Report, folder: Path, formats: Iterable[str]) -> list[Written]:
    """Write the report in each of the formats, which are names in FORMATS.

    A format that cannot be rendered or written is reported as such; the others are written all the same, and
    an older file of its name is left as it was.
    """
    return [_write(report, folder, FORMATS[name]) for name in formats]


def render_to_print(report: Report, name: str) -> tuple[str | None, list[Written]]:
    """The report in one format, or None and what went wrong."""
    try:
        return FORMATS[name].render(report), []
    except Exception as error:  # noqa: BLE001 - a mistake in one renderer must not lose the other reports
        return None, [Written(format=name, path=Path("-"), error=_crashed(name, error))]


def _crashed(name: str, error: Exception) -> str:
    return f"the {name} report could not be made (a bug in flower-audit): {type(error).__name__}: {error}"


def _write(report: Report, folder: Path, chosen: Format) -> Written:
    path = folder / chosen.file_name
    try:
        text = chosen.render(report)
    except Exception as error:  # noqa: BLE001 - a mistake in one renderer must not lose the other reports
        return Written(format=chosen.name, path=path, error=_crashed(chosen.name, error))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        return Written(format=chosen.name, path=path, error=f"cannot write {path}: {_reason(error)}")
    return Written(format=chosen.name, path=path)


def _replace(path: Path, text: str) -> Path:
    """Write beside and rename, so that a reader sees the old file or the new one, and a full disk costs neither."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
