"""`flower-audit init TARGET`: look at a Flower once, and write down how it was reached."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from flower_audit.cli.first_configuration import Seen, write
from flower_audit.configuration import FILE_NAME, Configuration, parse
from flower_audit.errors import NotApplicable, NotAsked, Unobservable, UsageError
from flower_audit.gather import Gatherer
from flower_audit.observations import ways_needed
from flower_audit.policy import Policy
from flower_audit.recorder import audited
from flower_audit.report.inert import one_line
from flower_audit.resolve import DEMO, Overrides, resolve
from flower_audit.target import Target

LOOKED_AT = ("site", "version", "package", "service", "proxy", "prometheus", "alertmanager")
"""The facts that tell what stands in a configuration, or what its reader recognises the host by."""


@click.command()
@click.argument("target")
@click.option("--name", help="What to call it in the file and in reports (default: its host name).")
@click.option("--connection", metavar="SPEC", help="Host spec, where TARGET is a URL.")
@click.option("--url", metavar="URL", help="What users open, where TARGET is a host spec.")
@click.option("--http-url", metavar="URL", help="Its plain form, where that is not port 80 of the same host.")
@click.option("--ca", metavar="FILE", help="CA certificates to verify the public URL with.")
@click.option("--unit", metavar="UNIT", help="Flower's systemd unit (default: found).")
@click.option("--prometheus", metavar="URL", help="The Prometheus that watches it.")
@click.option("--alertmanager", metavar="URL", help="Its Alertmanager.")
@click.option("--sudo", is_flag=True, help="Use sudo on the host.")
@click.option("--ssh-config", metavar="FILE")
@click.option("--ssh-identity-file", metavar="FILE")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0, 600, min_open=True), metavar="SECONDS")
@click.option(
    "--output", "-o", default="-", metavar="FILE", help=f"E.g. {FILE_NAME}; never overwritten (default: the terminal)."
)
def command(
    target: str, name: str | None, output: str, sudo: bool, timeout_s: float | None, **given: str | None
) -> None:
    """Write a first flower-audit.yml for a target.

    TARGET is what --flower-host takes: a URL, a host name, or a host spec such as ssh://audit@flower1.  It is looked at
    as an audit would, so the file names what was found; every other setting stands in it as a comment.  Nothing is
    judged, and nothing is written on the target.
    """
    if target == DEMO:
        raise UsageError("the demo lives only during its audit and needs no file: flower-audit demo")
    path = None if output == "-" else Path(output)
    if path and path.exists():
        raise UsageError(f"{path} exists and is left as it is; name another file with --output")
    files = {key: _absolute(given.pop(key, None)) for key in ("ca", "ssh_config", "ssh_identity_file")}
    overrides = Overrides(
        single={key: value for key, value in {**given, **files}.items() if value},
        every={"sudo": sudo or None, "timeout_s": timeout_s},
    )
    (found,) = resolve([target], Configuration(), overrides)
    called = name or _host_name(found)
    seen = _look(found)
    for problem in seen.problems:
        click.echo(f"flower-audit: {one_line(problem)}", err=True)
    text = write(called, found, seen)
    parse(text, "the new configuration")  # our own mistake is better found here than by its reader
    if path is None:
        click.echo(text, nl=False)
        return
    _create(path, text)
    click.echo(f"Wrote {path}. Audit with: pytest --flower-host={called}", err=True)


def _look(target: Target) -> Seen:
    """What is there.  Raises UsageError where no way in leads anywhere."""
    names = [name for name in LOOKED_AT if ways_needed(name) <= target.ways()]
    gatherer = Gatherer(target, Policy(), names)
    known: dict[str, Any] = {}
    problems: list[str] = []
    try:
        gatherer.gather()
        for name in names:
            try:
                known |= gatherer.facts_for({name: False})
            except (NotApplicable, NotAsked):
                continue
            except Unobservable as error:
                problems.append(gatherer.redactor(str(error)))
            except Exception as error:  # noqa: BLE001 - a mistake in one fact must not cost all the others
                problems.append(f"a bug in flower-audit, fact {name}: {type(error).__name__}: {error}")
        head = audited(target, gatherer)
    finally:
        gatherer.close()
    if not known and not gatherer.header:
        raise UsageError(f"nothing could be looked at: {'; '.join(dict.fromkeys(problems)) or 'no Flower was found'}")
    return Seen(
        url=target.url or (known["site"].url if "site" in known else ""),
        unit=target.unit or gatherer.header.get("unit", ""),
        is_root=gatherer.header.get("uid") == "0",
        head=head,
        problems=tuple(dict.fromkeys(problems)),
    )


def _host_name(target: Target) -> str:
    """The host's own name: of its URL, else of its connection, else the transport's."""
    for address in (target.url, target.connection):
        if address and (host := urlsplit(address).hostname):
            return host
    return target.name


def _absolute(file: str | None) -> str | None:
    return str(Path(file).expanduser().absolute()) if file else None


def _create(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error
