"""`flower-audit explain ID`: one check, in full."""

import click
from click.shell_completion import CompletionItem

from flower_audit import catalogue
from flower_audit.check import Check
from flower_audit.cli import page
from flower_audit.errors import UsageError
from flower_audit.guide import CHECKLIST
from flower_audit.parsers.nearest_name import nearest_name
from flower_audit.target import OPTION_OF_WAY

PRIVILEGES = {"nothing": "", "owner": "root, or the user that Flower runs as", "root": "root (or --sudo)"}


def _complete_id(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    return [
        CompletionItem(check.id, help=check.title) for check in catalogue.published() if check.id.startswith(incomplete)
    ]


@click.command()
@click.argument("check_id", metavar="ID", shell_complete=_complete_id)
@click.option("--commands", is_flag=True, help="Also the whole commands that it runs on the host.")
def command(check_id: str, commands: bool) -> None:
    """Explain one check.

    It tells what holds when the check passes, why that matters, how to mend it, what the check needs, and what it
    looks at.
    """
    check = _found(check_id)
    click.echo(
        click.style(check.id, bold=True) + "  " + click.style(check.severity, fg=page.SEVERITY_COLORS[check.severity])
    )
    page.paragraph([check.title], indent="  ")
    click.echo()
    page.field("Why", check.why)
    page.field("Fix", check.fix)
    page.field("Source", check.source)
    page.field("Guide", _place(check))
    page.field("Needs", _needs(check))
    page.field("Looks at", ", ".join(one.name for one in catalogue.observations(check)))
    page.field("Run it", f"pytest --flower-host=… -k {check.id}")
    if commands:
        _commands(check)


def _found(check_id: str) -> Check:
    known = {check.id: check for check in catalogue.published()}
    if check_id in known:
        return known[check_id]
    if check_id in catalogue.areas():
        raise UsageError(f"{check_id!r} is an area; list its checks with `flower-audit list --area {check_id}`")
    if check_id.startswith("connection."):
        raise UsageError(
            f"{check_id!r} is no check: the audit reports it when a way in is shut, and its message says why"
        )
    slugs = {name.partition(".")[2]: name for name in known}
    near = nearest_name(check_id, known) or slugs.get(check_id) or slugs.get(nearest_name(check_id, slugs), "")
    hint = f"; did you mean {near!r}?" if near else "; `flower-audit list` shows them all"
    raise UsageError(f"there is no check {check_id!r}{hint}")


def _place(check: Check) -> str:
    covers = [f"{'checklist' if line in CHECKLIST else 'troubleshooting'}: {line}" for line in check.covers]
    return "; ".join([f"chapter {check.section}", *covers])


def _needs(check: Check) -> str:
    options = dict.fromkeys(OPTION_OF_WAY[way] for way in sorted(catalogue.ways_needed(check)))
    options |= dict.fromkeys(
        f"{OPTION_OF_WAY[way]} (or one found on the host)" for way in sorted(catalogue.ways_found(check))
    )
    privilege = PRIVILEGES[catalogue.privilege_needed(check)]
    return (" and ".join(options) or "any way in") + (f", as {privilege}" if privilege else "")


def _commands(check: Check) -> None:
    for one in catalogue.observations(check):
        if one.command:
            click.echo()
            click.echo(click.style(f"# {one.name}, at most {one.limit_s} s", bold=True))
            click.echo(one.command.strip())
