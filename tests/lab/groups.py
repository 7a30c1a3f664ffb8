"""Several bad states on one host, where there is no time for a host each.

States of different areas that touch different files do not see each other.  A group that is not exactly what its
members order proves nothing against any of them: then each is proven on a host of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .scripts import GOLDEN, PRELUDE, State

MOST = 5
FEW = 6  # failures that may come along: a state with more of them would hide what the others do
SHARED = re.compile(
    r"\$UNIT|\$SITE|\$ENVIRONMENT|\bdrop_in\b|\boption\b|nginx|redis|prometheus|alertmanager|logrotate|journal|nft|backup"
    r"|letsencrypt|celery\.(?:env|service)|/var/lib/flower|\bgit\b|\bmount\b|hostname|/opt/flower/venv|visudo|crontab"
)
"""What two scripts may not both speak of."""

LEFT_RUNNING = re.compile(r"^(?:\w+-)?(?:monitoring|persistence|database|install|workers)-|-not-re|-pending")
"""Names of states that live in the running Flower, or would not let it start again."""

RESTARTS = re.compile(
    r"restart_flower|daemon-reload|systemctl (?:enable|disable|mask)|systemctl \S+ (?:flower|celery)|\bkill"
)

SCRIPT_AND_ORDERS = ("name", "title", "good", "script", "fails", "may", "suite", "packages", "edge_script")


def together(states: list[State]) -> list[tuple[State, ...]]:
    """The states in groups, in their order; one that cannot share a host is a group of its own."""
    groups: list[list[State]] = []
    for state in states:
        open_to = (group for group in groups if len(group) < MOST and all(_bear(state, other) for other in group))
        group = next(open_to, None) if _is_plain(state) else None
        if group is None:
            groups.append([state])
        else:
            group.append(state)
    return [tuple(group) for group in groups]


def merged(group: tuple[State, ...]) -> State:
    """One state that orders what all of a group order."""
    if len(group) == 1:
        return group[0]
    parts = [f"(\n{state.script.removeprefix(PRELUDE)}\n)" for state in group]
    return replace(
        group[0],
        name=" + ".join(state.name for state in group),
        title="; ".join(state.title for state in group),
        script="\n".join([PRELUDE, *parts]),
        fails=frozenset().union(*(state.fails for state in group)),
        may=frozenset().union(*(state.may for state in group)),
    )


def own_outcomes(state: State, group: tuple[State, ...], outcomes: dict[str, str]) -> dict[str, str]:
    """What was said of a group's host, without what the other members ordered."""
    others = frozenset[str]().union(*(other.fails | other.may for other in group if other is not state))
    return {check: said for check, said in outcomes.items() if check not in others}


def _is_plain(state: State) -> bool:
    """Whether a state is a script on an exemplary host and no more."""
    own = {name: getattr(state, name) for name in SCRIPT_AND_ORDERS}
    return not state.good and len(state.may) <= FEW and replace(GOLDEN, **own) == state


def _bear(one: State, other: State) -> bool:
    return (
        _is_plain(other)
        and (one.suite, one.packages) == (other.suite, other.packages)
        and _area(one) != _area(other)
        and not (one.fails | one.may) & (other.fails | other.may)
        and not _words(one) & _words(other)
        and not _undoes(one, other)
        and not _undoes(other, one)
    )


def _undoes(one: State, other: State) -> bool:
    return bool(LEFT_RUNNING.search(other.name) and RESTARTS.search(_script(one)))


def _area(state: State) -> str:
    area = state.name.removeprefix(f"{state.suite}-").partition("-")[0]
    return "firewall" if area in {"flower", "redis", "prometheus", "port"} else area  # open without it, or behind it


def _words(state: State) -> set[str]:
    return set(SHARED.findall(_script(state)))


def _script(state: State) -> str:
    return state.script.removeprefix(PRELUDE)
