"""`flower-audit diff OLD NEW`: what became of each check between two reports."""

from pathlib import Path

import click

from flower_audit import baseline
from flower_audit.cli import page
from flower_audit.model import Severity
from flower_audit.report import since
from flower_audit.report.inert import one_line

REPORT = click.Path(path_type=Path)


@click.command()
@click.argument("old", type=REPORT)
@click.argument("new", type=REPORT)
@click.option(
    "--fail-on",
    type=click.Choice([one.value for one in Severity]),
    help="Least severity that counts for the exit status (default: that of NEW).",
)
@click.option("--json", "as_json", is_flag=True, help="The comparison, for programs.")
@click.pass_context
def command(ctx: click.Context, old: Path, new: Path, fail_on: str | None, as_json: bool) -> None:
    """Tell what changed between two reports.

    OLD and NEW are a flower-audit.json each.  They are compared check by check and target by target, never by their
    texts.  Exit status 1 when something became worse: a check newly fails or newly cannot be checked.
    """
    before, after = baseline.load(old), baseline.load(new)
    names = {target.name for target in after.targets}
    baseline.refuse_strangers(before, names, str(old))
    comparison = baseline.compare(before, after)
    gate = baseline.gate(after, comparison, Severity(fail_on) if fail_on else after.gate.fail_on)
    if as_json:
        click.echo(comparison.model_dump_json(indent=2))
    else:
        page.paragraph([since.heading(comparison)], bold=True)
        page.paragraph(since.changes(comparison, targets=len(names), briefly=False), indent="  ")
        page.paragraph([f"GATE {one_line(gate.reason)}"], color="green" if gate.passed else "red", bold=True)
    if not gate.passed:
        ctx.exit(1)
