"""Two hosts for one Flower: HTTPS ends on the edge, which sends on to the host where Flower is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .host import Host
from .scripts import PRELUDE, State
from .tree import HERE


@contextmanager
def in_front(host: Host, state: State) -> Iterator[Host]:
    """The host that people reach: the one given, or another one before it where the state wants two."""
    if not state.edge:
        yield host
        return
    with Host(f"{host.name}-e", packages=state.packages, suite=state.suite) as edge:
        yield edge


def part(host: Host, edge: Host) -> str:
    """Make of two golden hosts one with Flower alone and one with the proxy alone; gives the names a script needs."""
    names = {"LAB_EDGE": edge.fqdn, "LAB_EDGE_ADDRESS": edge.address, "LAB_FLOWER_ADDRESS": host.address}
    told = "".join(f"{name}={value}\n" for name, value in names.items())
    for each, script in ((host, "flower.sh"), (edge, "edge.sh")):
        each.run(f"{told}{PRELUDE}\n{(HERE / 'apart' / script).read_text()}")
    return told
