"""`flower-audit demo`: the audit of a Flower that is started for it."""

import os
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("pytest_options", nargs=-1, type=click.UNPROCESSED)
def command(pytest_options: tuple[str, ...]) -> None:
    """Audit a Flower that is started for it.

    A small real deployment is started on this machine, audited, and stopped again.  It is what
    `pytest --flower-host=demo` does; further options are pytest's: `flower-audit demo -v -k https`.
    The demo has faults on purpose, so exit status 1 is what it should end with.
    """
    # The same process becomes pytest, so that Ctrl-C and signals reach it as always.
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "--flower-host=demo", *pytest_options])  # noqa: S606 - our own Python
