"""The command `flower-audit`: what is checked and why, a first configuration, and reports once they are written."""

import os
from importlib import import_module
from typing import Any

import click

import flower_audit
from flower_audit.errors import UsageError
from flower_audit.parsers.nearest_name import nearest_name
from flower_audit.report.inert import visible

COMMANDS = {
    "list": "list_checks",
    "explain": "explain",
    "init": "init",
    "diff": "diff",
    "render": "render",
    "schema": "schema",
    "demo": "demo",
}
"""The commands in the order in which `--help` shows them, each with its module."""


class Refused(click.ClickException):
    """Wrong usage, told in one line on standard error."""

    exit_code = 2


class Commands(click.Group):
    """Imports a command when it is named, and says this package's usage errors in click's way."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{COMMANDS[cmd_name]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named, or the one that was probably meant."""
        if args and args[0] not in COMMANDS and (near := nearest_name(args[0], COMMANDS)):
            raise click.UsageError(f"there is no command {args[0]!r}; did you mean {near!r}?", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise Refused(visible(str(error))) from error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
The audit itself is run by pytest:
  pytest --flower-host=https://flower.example.com/

\b
Exit status: 0 done, 1 `diff` found something worse, 2 wrong usage.
""",
)
@click.version_option(flower_audit.__version__, prog_name="flower-audit", message="%(prog)s %(version)s")
def main() -> None:
    """Audit a production Flower, the web UI that watches Celery.

    \b
    Try it without a server:     flower-audit demo
    See what would be checked:   flower-audit list
    Understand one check:        flower-audit explain https.hsts
    Set up your own:             flower-audit init ssh://audit@flower1
    """
