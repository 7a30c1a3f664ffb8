"""Boot a host for every state, audit it as a user would, and compare what was said with what was ordered."""

from __future__ import annotations

import itertools
import json
import math
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from . import edge, groups, network, tree
from .errors import LabError
from .host import Host
from .scripts import State

ALARMS = ("fail", "unknown", "bug")
AUDIT_TIMEOUT_S = 180
CALM_JOBS = 3
SECOND_TRIES = 0.06  # of all states
INTRODUCTION = """\
# How true the verdicts are

Each row was a real host: Debian with systemd as pid 1, Flower, nginx or Caddy, Redis or RabbitMQ, Prometheus and
Alertmanager, booted for the purpose. A script does to it what an operator did; then the audit's own command line runs
over SSH with sudo. A script that orders no failure makes a host that is just as good as the exemplary one, and must be
just as quiet. The scripts are in `tests/lab/states` and `tests/lab/variants`; `make lab` writes this page.

Bad states that touch different things may share a host: then each must be caught, and nothing said beyond what all of
them order. Where that does not come out so, each of them is proven on a host of its own.
"""
NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the audit said of one state."""

    state: State
    outcomes: dict[str, str]  # check id -> outcome
    trouble: str  # why there are none
    seconds: float
    before: str = ""  # what a first try said, where it was wrong

    @property
    def caught(self) -> set[str]:
        """Ordered failures that came."""
        return {check for check, outcome in self.outcomes.items() if outcome == "fail" and check in self.state.fails}

    @property
    def missed(self) -> set[str]:
        """Ordered failures that did not come, although the check exists."""
        return set(self.state.fails) - self.caught

    @property
    def unordered(self) -> dict[str, str]:
        """Alarms nobody ordered."""
        ordered = self.state.fails | self.state.may
        return {check: said for check, said in self.outcomes.items() if said in ALARMS and check not in ordered}

    @property
    def right(self) -> bool:
        """Exactly what was ordered."""
        return not (self.trouble or self.missed or self.unordered)


def audit(
    host: Host,
    report: Path,
    *,
    url: str = "",
    options: Iterable[str] = (),
    policy: Iterable[str] = (),
    target: Iterable[str] = (),
) -> dict[str, str]:
    """Run the audit's own command line against a host, as an operator would; check id -> outcome."""
    report.mkdir(parents=True, exist_ok=True)
    connection, today = f"ssh://audit@{host.name}", datetime.now(UTC).date().isoformat()
    rules = "".join(f"  {rule.replace('=', ': ')}\n" for rule in policy)
    keys = "".join(f"    {key.replace('HOST', host.fqdn).replace('TODAY', today)}\n" for key in target)
    named = f"targets:\n  lab:\n    connection: {connection}\n{keys}" if keys else ""
    (report / "flower-audit.yml").write_text((f"policy:\n{rules}" if rules else "") + named or "{}\n")
    command = [sys.executable, "-m", "pytest", f"--flower-host={'lab' if keys else connection}", "--sudo"]
    command += [f"--ssh-config={host.ssh_config}", f"--flower-url={url or host.url}", f"--flower-ca={host.ca_file}"]
    command += [f"--flower-report={report}", "-p", "no:cacheprovider", *options]
    (report / "flower-audit.json").unlink(missing_ok=True)
    with (report / "output.txt").open("w") as output:
        subprocess.run(
            command,
            cwd=report,
            env={**_environment(), "FLOWER_AUDIT_PASSWORD": tree.FLOWER_PASSWORD},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=AUDIT_TIMEOUT_S,
            check=False,
        )
    try:
        document = json.loads((report / "flower-audit.json").read_text())
    except FileNotFoundError as error:
        tail = (report / "output.txt").read_text()[-1500:]
        raise LabError(f"the audit of {host.name} left no report:\n{tail}") from error
    return {result["check"]: result["outcome"] for result in document["results"]}


def _environment() -> dict[str, str]:
    """This process's own, but for what makes Python compile all modules again each time."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def prove(state: State) -> Verdict:
    """Boot, change, audit, compare."""
    started = time.monotonic()
    outcomes: dict[str, str] = {}
    trouble = ""
    report = tree.cache() / "matrix" / state.name[:200]
    try:
        # Short: nginx takes names of up to 46 characters unless it is told otherwise.
        name = f"m{os.getpid()}-{next(NUMBERS)}-{state.name[:16].rstrip('-.')}"
        with (
            Host(name, flower=state.flower, packages=state.packages, suite=state.suite) as host,
            edge.in_front(host, state) as front,
        ):
            host.ready()
            if state.certificate:
                front.renew(state.certificate)
            names = edge.part(host, front) if state.edge else ""
            if state.wheels:
                shutil.copytree(tree.wheelhouse(state.wheels, state.suite), host.root / "root/wheels")
            if state.script:
                host.run(names + state.script)
            if state.edge:
                front.run(names + state.edge_script)
            if state.ipv6:
                network.publish(host.name, host.address6)
            options = [option.replace("HOST", front.fqdn).replace("ROOT", str(host.root)) for option in state.options]
            options += ["--flower-user=ops"] if state.account else []
            outcomes = audit(
                front if state.edge == "edge" else host,
                report,
                url=front.url,
                options=options,
                policy=state.policy,
                target=[key.replace("HOST", host.fqdn) for key in state.target],
            )
    except (LabError, subprocess.TimeoutExpired) as error:
        trouble = str(error)
    return Verdict(state=state, outcomes=outcomes, trouble=trouble, seconds=time.monotonic() - started)


def by_layers(states: list[State]) -> dict[tuple[str, tuple[str, ...], str], list[State]]:
    """States by what `tree.golden` takes, the golden layers first."""
    found: dict[tuple[str, tuple[str, ...], str], list[State]] = {(tree.FLOWER, (), tree.SUITE): []}
    for state in states:
        found.setdefault((state.flower, state.packages, state.suite), []).append(state)
    return found


def run(states: list[State], jobs: int, *, grouped: bool = False, minutes: float = math.inf) -> Iterator[Verdict]:
    """Prove all states, several at once, in the order they become known; `grouped` lets some share a host (groups.py).

    A few that come out wrong on a machine full of booting hosts, and members of a group that does, are tried once
    more, few at a time.  What would begin after so many `minutes` is left out: those that share no host, and others of
    them every day.
    """
    deadline = time.monotonic() + minutes * 60
    together = groups.together(states) if grouped else [(state,) for state in states]
    members = {groups.merged(group): group for group in together}
    order = list(members)
    if minutes < math.inf:
        today = random.Random(datetime.now(UTC).toordinal())
        order.sort(key=lambda state: (len(members[state]) == 1, not state.good, today.random()))
    wrong: list[Verdict] = []
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(_prove_before, deadline, state) for state in order]):
            verdict = future.result()
            if verdict and verdict.right:
                yield from _of_each(verdict, members[verdict.state])
            elif verdict:
                print(f"to be tried again: {line(verdict)}", file=sys.stderr, flush=True)
                wrong.append(verdict)
    again = sum(len(members[first.state]) for first in wrong)
    if again > max(4, len(states) * SECOND_TRIES):  # that is no bad luck
        for first in wrong:
            yield from _unproven(first, members[first.state])
        return
    with ThreadPoolExecutor(CALM_JOBS) as pool:
        tries = [(first, pool.submit(prove, state)) for first in wrong for state in members[first.state]]
        for first, second in tries:
            yield replace(second.result(), before=line(first))


def _unproven(first: Verdict, group: tuple[State, ...]) -> Iterator[Verdict]:
    if len(group) == 1:
        yield first
    else:
        told = replace(first, outcomes={}, trouble=f"on one host with others:\n{line(first)}")
        yield from (replace(told, state=state) for state in group)


def _prove_before(deadline: float, state: State) -> Verdict | None:
    return prove(state) if time.monotonic() < deadline else None


def _of_each(verdict: Verdict, group: tuple[State, ...]) -> Iterator[Verdict]:
    for state in group:
        outcomes = groups.own_outcomes(state, group, verdict.outcomes)
        yield replace(verdict, state=state, outcomes=outcomes, seconds=verdict.seconds / len(group))


def line(verdict: Verdict) -> str:
    """One line for the terminal, more where something is wrong."""
    said = f"{'ok   ' if verdict.right else 'WRONG'} {verdict.seconds:5.1f} s  {verdict.state.name}"
    parts = [f"caught {' '.join(sorted(verdict.caught))}"] if verdict.caught else []
    for check in sorted(verdict.missed):
        parts.append(f"MISSED {check} ({verdict.outcomes.get(check, 'no such check')})")
    parts += [f"UNORDERED {check} ({outcome})" for check, outcome in sorted(verdict.unordered.items())]
    parts += [f"TROUBLE {verdict.trouble}"] if verdict.trouble else []
    parts += [f"at first: {verdict.before}"] if verdict.before else []
    return "\n        ".join([said, *parts])


def table(verdicts: list[Verdict]) -> str:
    """The matrix as Markdown: a row a state; the checks it orders, which were caught, what nobody ordered."""
    rows = ["| state | what was done | caught | missed | not ordered |", "|---|---|---|---|---|"]
    for verdict in sorted(verdicts, key=lambda v: (not v.state.good, v.state.name)):
        unordered = [f"{check} ({outcome})" for check, outcome in sorted(verdict.unordered.items())]
        cells = [", ".join(sorted(verdict.caught)), ", ".join(sorted(verdict.missed)), ", ".join(unordered)]
        rows.append(f"| {verdict.state.name} | {verdict.state.title} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def page(verdicts: list[Verdict]) -> str:
    """The whole of docs/accuracy.md."""
    return f"{INTRODUCTION}\n{counts(verdicts)}\n\n{table(verdicts)}"


def counts(verdicts: list[Verdict]) -> str:
    """One sentence of totals."""
    bad = [verdict for verdict in verdicts if not verdict.state.good]
    good = [verdict for verdict in verdicts if verdict.state.good]
    ordered = sum(len(verdict.state.fails) for verdict in bad)
    return (
        f"{len(bad)} bad states: {sum(not v.missed and not v.trouble for v in bad)} caught, "
        f"{sum(bool(v.missed) for v in bad)} missed ({sum(len(v.caught) for v in bad)} of {ordered} failures); "
        f"{len(good)} good hosts; alarms nobody ordered: {sum(len(v.unordered) for v in bad)} on bad states, "
        f"{sum(len(v.unordered) for v in good)} on good hosts; {sum(bool(v.trouble) for v in verdicts)} in trouble; "
        f"{sum(bool(v.before) for v in verdicts)} needed a second try."
    )
