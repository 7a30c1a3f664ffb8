"""Record what real hosts answer, for the tests of facts: `python -m tests.lab.record [VARIANT …]` (`make record`).

Each host is booted, every command of the audit is run on it over SSH with sudo, and what came back is written to
`tests/facts/<fact>/lab-<host>.json`, secrets replaced, with the fact that comes of it.  Read the difference before you
commit it: a recording says what is right from then on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flower_audit import catalogue
from flower_audit.errors import FlowerAuditError
from flower_audit.gather import Gatherer
from flower_audit.observations import observation
from flower_audit.policy import Policy
from flower_audit.probe import Observation, Output
from flower_audit.target import Target
from tests.facts.test_recordings import plain

from . import scripts
from .host import Host

FACTS = Path(__file__).parents[1] / "facts"
HOSTS = ("golden", "caddy", "rabbitmq", "journal-only", "trixie", "trixie-valkey")
LARGEST = 60_000
"""Longer answers are left out: nobody reads their differences."""


class Recorder(Gatherer):
    """A gatherer that keeps what the commands printed."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.outputs: dict[str, Output] = {}

    def _output(self, declared: Observation) -> Output:
        output = super()._output(declared)
        self.outputs[declared.name] = output
        return output


def main(names: list[str]) -> None:
    """Record the hosts named, or the usual ones."""
    states = {state.name: state for state in scripts.every()}
    for name in names or HOSTS:
        state = states[name]
        with Host(f"record-{name}", flower=state.flower, packages=state.packages, suite=state.suite) as host:
            host.ready()
            if state.script:
                host.run(state.script)
            system = host.run('. /etc/os-release; echo "$NAME $VERSION_ID"').strip()
            note = f"{system}, the lab's host {name}: {state.title}"
            written = [write(fact, name, note, recording) for fact, recording in recordings(host)]
        print(f"{name}: {len(written)} recordings")


def recordings(host: Host) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each fact that a command alone gives, with what it printed and what comes of it."""
    target = Target(
        name=host.name,
        connection=f"ssh://audit@{host.name}",
        sudo=True,
        ca=str(host.ca_file),
        ssh_config=str(host.ssh_config),
    )
    names = {name for check in catalogue.published() for name in check.facts} - {"policy", "target"}
    gatherer = Recorder(target, Policy(), names)
    gatherer.gather()
    for name, output in sorted(gatherer.outputs.items()):
        declared = observation(name)
        if declared.facts or declared.supplied != {"out"} or len(output.stdout) > LARGEST:
            continue
        clean = gatherer.redactor
        replayed = Output(rc=output.rc, stdout=clean(output.stdout), stderr=clean(output.stderr))
        told = said(declared, replayed)
        if type(told.get("fact")) is not type(said(declared, output).get("fact")):
            continue  # what the times of the answer decide is tested elsewhere
        yield name, {"rc": replayed.rc, "stdout": replayed.stdout, "stderr": replayed.stderr, **told}


def said(declared: Observation, output: Output) -> dict[str, Any]:
    """What the provider makes of it."""
    try:
        return {"fact": plain(declared.provider(output))}
    except FlowerAuditError as error:
        return {"raises": type(error).__name__}


def write(fact: str, host: str, note: str, recording: dict[str, Any]) -> Path:
    """Put one recording where the tests find it."""
    path = FACTS / fact / f"lab-{host}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"note": note, **recording}, indent=1, ensure_ascii=False) + "\n")
    return path


if __name__ == "__main__":
    main(sys.argv[1:])
