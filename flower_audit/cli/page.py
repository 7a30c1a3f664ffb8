"""How the commands lay text out: as wide as the terminal, within reason, and not wider than can be read."""

import shutil
import textwrap
from collections.abc import Iterable

import click

from flower_audit.model import Outcome, Severity

NARROWEST, WIDEST = 40, 110
SEVERITY_COLORS = {
    Severity.CRITICAL: "bright_red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "white",
}
OUTCOME_COLORS = {Outcome.FAIL: "red", Outcome.BUG: "magenta", Outcome.UNKNOWN: "yellow", Outcome.PASS: "green"}


def width() -> int:
    """How many columns to use; COLUMNS overrides the terminal's own answer."""
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def field(name: str, text: str, indent: int = 9) -> None:
    """A label and its text, wrapped under each other; nothing where there is no text."""
    if text:
        lines = textwrap.wrap(text, width() - indent - 2, break_on_hyphens=False) or [""]
        click.echo("  " + click.style(name.ljust(indent), bold=True) + lines[0])
        for line in lines[1:]:
            click.echo(" " * (indent + 2) + line)


def paragraph(lines: Iterable[str], *, color: str | None = None, bold: bool = False, indent: str = "") -> None:
    """Lines of text, each wrapped with its continuation set in."""
    for line in lines:
        wrapped = textwrap.wrap(
            line, width(), initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        )
        for one in wrapped:
            click.echo(click.style(one, fg=color, bold=bold))
