"""`python -m tests.lab`: hosts to play with, and the matrix of states."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from . import ledger, matrix, scripts, tree
from .errors import LabError
from .host import Host


def main() -> int:
    """Run one subcommand."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="build the golden layers, if the cache lacks them")
    build.add_argument("--all", action="store_true", help="also those that states and variants ask for")
    up = commands.add_parser("up", help="boot a host and leave it running")
    up.add_argument("name", nargs="?", default="golden")
    up.add_argument("--flower", default=tree.FLOWER, help="version of Flower (default %(default)s)")
    for host in (build, up):
        host.add_argument("--suite", choices=tree.SUITES, default=tree.SUITE, help="of Debian (default %(default)s)")
    down = commands.add_parser("down", help="take a host down")
    down.add_argument("name", nargs="?", default="golden")
    commands.add_parser("list", help="list the hosts that are up")
    clean = commands.add_parser("sweep", help="remove what a crash left behind")
    clean.add_argument("--all", action="store_true", help="take down every host, running or not")
    report = commands.add_parser("report", help="audit a host that is up, and leave the report")
    report.add_argument("name", nargs="?", default="golden")
    report.add_argument("--to", type=Path, default=Path("reports"), help="folder (default %(default)s)")
    matrix_ = commands.add_parser("matrix", help="boot, break, audit and compare every state")
    matrix_.add_argument("--only", nargs="+", default=[], metavar="NAME", help="names or parts of names")
    matrix_.add_argument("--jobs", type=int, default=2)
    matrix_.add_argument("--grouped", action="store_true", help="let states that do not see each other share a host")
    matrix_.add_argument("--minutes", type=float, default=math.inf, help="begin no state after that, and name those")
    matrix_.add_argument("--markdown", type=Path, help="write the table there")
    options = parser.parse_args()

    reason = tree.missing_requirement()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    try:
        return _run(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _end(*_: object) -> None:
    """Leave nothing behind when told to end, whatever the threads are at."""
    for entry in ledger.entries():
        if entry.owner == os.getpid():
            ledger.take_down(entry)
    os._exit(143)


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "build":
            wanted = [(tree.FLOWER, (), options.suite), *(matrix.by_layers(scripts.every()) if options.all else ())]
            for layers in wanted:
                print(*tree.golden(*layers), sep="\n")
        case "up":
            host = Host(options.name, flower=options.flower, suite=options.suite, keep=True)
            started = time.monotonic()
            host.up()
            print(f"{host.name} answers at {host.address} after {time.monotonic() - started:.1f} s")
            print(f"  ssh -F {host.ssh_config} audit@{host.name}\n  curl --cacert {host.ca_file} {host.url}")
        case "down":
            Host(options.name).down()
        case "list":
            for entry in ledger.entries():
                life = "running" if entry.running else "dead"
                print(f"{entry.name}\t{life}\towner {entry.owner or '-'}\t{entry.directory}")
        case "sweep":
            print(*ledger.sweep(everything=options.all), sep="\n")
        case "report":
            Host(options.name).ready()
            outcomes = matrix.audit(Host(options.name), options.to.absolute(), options=["--flower-user=ops"])
            print(*(f"{count} {said}" for said, count in Counter(outcomes.values()).most_common()), sep=", ")
            print(options.to / "flower-audit.html")
        case "matrix":
            ledger.sweep()
            wanted = [state for state in scripts.every() if _chosen(state.name, options.only)]
            verdicts = []
            for verdict in matrix.run(wanted, options.jobs, grouped=options.grouped, minutes=options.minutes):
                verdicts.append(verdict)
                print(matrix.line(verdict), flush=True)
                if options.markdown:
                    options.markdown.write_text(matrix.page(verdicts))
            print(matrix.counts(verdicts))
            if left_out := {state.name for state in wanted} - {verdict.state.name for verdict in verdicts}:
                print(f"LEFT OUT for want of time: {len(left_out)} of {len(wanted)}: {' '.join(sorted(left_out))}")
            return 0 if all(verdict.right for verdict in verdicts) else 1
    return 0


def _chosen(name: str, only: list[str]) -> bool:
    return not only or any(part in name for part in only)


if __name__ == "__main__":
    sys.exit(main())
