"""States and variants: shell scripts that change a golden host, and the line of metadata each begins with.

A script begins with comment lines.  The first is a sentence: what an operator did.  Then, as far as they apply:

    # fails: area.slug …      checks that must fail (states only)
    # may: area.slug …        checks that may fail or be unknown with them, because the damage reaches that far
    # packages: name …        Debian packages the script needs
    # flower: 2.1.0           version of Flower instead of the golden one
    # suite: trixie           release of Debian instead of the usual one (tree.py)
    # options: --x …          further options of the audit; HOST in them becomes the host's name, ROOT its tree
    # certificate: expired    what is put in the certificate's place before the script runs (certificates.py)
    # policy: key=value …     what the auditor asks for, where it is not the default
    # account: none           the auditor has no account of Flower's own
    # target: key: value      further keys of the target in flower-audit.yml; HOST becomes its name, TODAY the day
    # wheels: tornado==6.4.2   Python packages that the script finds as wheels in /root/wheels, without a network
    # address: ipv6           the host's name resolves to its IPv6 address only
    # edge: flower            HTTPS ends on a second host, and the audit looks at Flower's; `edge: edge` at the second.
                              What follows a line `# on the edge` runs there (edge.py)
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from .tree import FLOWER, HERE, SUITE, SUITES

KEYS = frozenset(
    [
        "fails",
        "may",
        "packages",
        "flower",
        "suite",
        "options",
        "certificate",
        "policy",
        "account",
        "address",
        "edge",
        "target",
        "wheels",
    ]
)
WORDS = ("prelude", "container", "grafana", "caddy", "user_unit", "acme")
PRELUDE = "\n".join((HERE / f"{words}.sh").read_text() for words in WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One script and what it orders."""

    name: str
    title: str
    good: bool  # a variant: nothing may be said against it
    script: str
    fails: frozenset[str]
    may: frozenset[str]
    packages: tuple[str, ...]
    flower: str
    suite: str
    options: tuple[str, ...]
    certificate: str
    policy: tuple[str, ...]
    account: bool
    ipv6: bool
    target: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    edge: str = ""
    edge_script: str = ""


GOLDEN = State(
    name="golden",
    title="The exemplary host as it is",
    good=True,
    script="",
    fails=frozenset(),
    may=frozenset(),
    packages=(),
    flower=FLOWER,
    suite=SUITE,
    options=(),
    certificate="",
    policy=(),
    account=True,
    ipv6=False,
)


def read(path: Path) -> State:
    """Read one script; ValueError names the file and the line that is not understood."""
    text, _, on_the_edge = path.read_text().partition("# on the edge\n")
    head: dict[str, str] = {}
    target: list[str] = []
    title = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        key, colon, value = line.removeprefix("#").strip().partition(":")
        if not title:
            title = line.removeprefix("#").strip()
        elif colon and key == "target":
            target.append(value.strip())
        elif colon and key in KEYS:
            head[key] = f"{head.get(key, '')} {value}".strip()
        else:
            raise ValueError(f"{path}: {line!r} is no line of metadata")
    good = path.parent.name == "variants"
    fails = frozenset(head.get("fails", "").split())
    if good == bool(fails):
        raise ValueError(f"{path}: a state orders failures, a variant orders none")
    if head.get("suite", SUITE) not in SUITES:
        raise ValueError(f"{path}: no suite is called {head['suite']!r}")
    if head.get("edge", "edge") not in {"flower", "edge"} or bool(on_the_edge) > ("edge" in head):
        raise ValueError(f"{path}: `edge: flower` or `edge: edge` says which of two hosts is audited")
    return State(
        name=path.stem,
        title=title,
        good=good,
        script=f"{PRELUDE}\n{text}",
        fails=fails,
        may=frozenset(head.get("may", "").split()),
        packages=tuple(head.get("packages", "").split()),
        flower=head.get("flower", FLOWER),
        suite=head.get("suite", SUITE),
        options=tuple(shlex.split(head.get("options", ""))),
        certificate=head.get("certificate", ""),
        policy=tuple(head.get("policy", "").split()),
        account=head.get("account") != "none",
        ipv6=head.get("address") == "ipv6",
        target=tuple(target),
        wheels=tuple(head.get("wheels", "").split()),
        edge=head.get("edge", ""),
        edge_script=f"{PRELUDE}\n{on_the_edge}",
    )


def every() -> list[State]:
    """The golden host, the variants, the states; sorted by name within their kind."""
    files = [*sorted((HERE / "variants").glob("*.sh")), *sorted((HERE / "states").glob("*.sh"))]
    return [GOLDEN, *map(read, files)]
