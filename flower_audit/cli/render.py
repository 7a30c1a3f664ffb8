"""`flower-audit render REPORT`: a JSON report in any other format."""

import sys
from pathlib import Path

import click

from flower_audit import baseline
from flower_audit.cli import page
from flower_audit.errors import UsageError
from flower_audit.report import FORMATS, terminal

TERMINAL = "terminal"


def _told() -> str:
    names = "".join(f"\n{name:<12} {one.about}" for name, one in FORMATS.items())
    return f"\b\nFormats:\n{TERMINAL:<12} what the audit prints (the default){names}"


@click.command(epilog=_told())
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "-f",
    "name",
    metavar="FORMAT",
    type=click.Choice([TERMINAL, *FORMATS]),
    default=TERMINAL,
    help="One of those below.",
)
@click.option("--output", "-o", default="-", metavar="FILE", help="Where to write it; - is standard output.")
def command(report: Path, name: str, output: str) -> None:
    """Write a report in another format.

    REPORT is the flower-audit.json of an audit; nothing is audited again.
    """
    found = baseline.load(report)
    if name == TERMINAL:
        text = terminal.render(found, width=page.width(), color=output == "-" and sys.stdout.isatty())
    else:
        text = FORMATS[name].render(found)
    if output == "-":
        click.echo(text, nl=False)
        return
    try:
        with click.open_file(output, "wb", atomic=True) as file:
            file.write(text.encode())
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or error}") from error
