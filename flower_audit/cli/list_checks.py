"""`flower-audit list`: the catalogue, filtered."""

import json
import sys
from dataclasses import asdict
from typing import Any

import click
from click.shell_completion import CompletionItem

from flower_audit import catalogue
from flower_audit.check import Check
from flower_audit.cli import page
from flower_audit.configuration import nearest
from flower_audit.errors import UsageError
from flower_audit.model import Severity
from flower_audit.target import WAYS


def _complete_area(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    return [CompletionItem(area) for area in catalogue.areas() if area.startswith(incomplete)]


@click.command("list")
@click.option("--area", "areas", multiple=True, shell_complete=_complete_area, help="Only this area, e.g. `auth`.")
@click.option("--severity", "severities", multiple=True, type=click.Choice([one.value for one in Severity]))
@click.option(
    "--way",
    "ways",
    multiple=True,
    type=click.Choice(WAYS),
    help="Only checks that need this way in: `url` those seen from outside, `host` those seen on the machine.",
)
@click.option("--guide", "by_guide", is_flag=True, help="Every line of the setup guide with the checks that answer it.")
@click.option("--json", "as_json", is_flag=True, help="Everything that is known of each check, for programs.")
def command(
    areas: tuple[str, ...], severities: tuple[str, ...], ways: tuple[str, ...], by_guide: bool, as_json: bool
) -> None:
    """List what is checked.

    A line tells the id, the severity, the ways in that the check needs, and what holds when it passes.

    Filters of one kind add up, filters of different kinds narrow: `--area auth --area https --severity critical` lists
    the critical checks of both areas.
    """
    for area in areas:
        if area not in catalogue.areas():
            raise UsageError(f"there is no area {area!r}{nearest(area, catalogue.areas())}")
    chosen = [
        check
        for check in catalogue.published()
        if (not areas or check.area in areas)
        and (not severities or check.severity in severities)
        and (not ways or set(_ways(check)) & set(ways))
    ]
    if by_guide:
        _map({check.id for check in chosen}, as_json)
        return
    if as_json:
        click.echo(json.dumps([_record(check) for check in chosen], indent=2))
        return
    if not chosen:
        raise UsageError("no check is all of that; leave one of the filters out")
    _table(chosen)


def _map(chosen: set[str], as_json: bool) -> None:
    parts = {
        part: {line: [one for one in ids if one in chosen] for line, ids in lines.items()}
        for part, lines in catalogue.guide_map().items()
    }
    if as_json:
        click.echo(json.dumps(parts, indent=2))
        return
    for part, lines in parts.items():
        click.secho(part, bold=True)
        for line, ids in lines.items():
            click.echo(f"  {line}: {' '.join(ids)}")


def _record(check: Check) -> dict[str, Any]:
    known = asdict(check)
    known["facts"] = sorted(check.facts)
    return {
        **known,
        "area": check.area,
        "ways": _ways(check),
        "privilege": catalogue.privilege_needed(check),
    }


def _ways(check: Check) -> list[str]:
    return sorted(catalogue.ways_needed(check) | catalogue.ways_found(check))


def _table(checks: list[Check]) -> None:
    ways = {check.id: ",".join(_ways(check)) or "any" for check in checks}
    widest_id = max(len(check.id) for check in checks)
    widest_way = max(len(told) for told in ways.values())
    # A pipe gets whole lines to search in, a terminal lines that fit.
    room = page.width() - widest_id - widest_way - 14 if sys.stdout.isatty() else None
    for check in checks:
        title = check.title
        if room is not None and len(title) > room > 20:
            title = f"{title[: room - 1].rstrip()}…"
        severity = click.style(check.severity.ljust(8), fg=page.SEVERITY_COLORS[check.severity])
        click.echo(f"{check.id:<{widest_id}}  {severity}  {ways[check.id]:<{widest_way}}  {title}".rstrip())
