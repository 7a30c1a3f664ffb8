"""Facts by name: how each is observed, over which ways in, and in which round."""

import importlib
from collections.abc import Iterable
from functools import cache

from flower_audit.errors import UsageError
from flower_audit.probe import Observation, observation_of


@cache
def observation(name: str) -> Observation:
    """The declaration of the fact `name`.  Raises UsageError where no such fact exists."""
    module_name = f"flower_audit.facts.{name}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise UsageError(f"there is no fact called {name!r}: a check names its facts as parameters") from error
    found = observation_of(getattr(module, name, None))
    if found is None:
        raise UsageError(f"{module_name} declares no provider called {name}")
    return found


@cache
def ways_needed(name: str) -> frozenset[str]:
    """The ways in without which the fact cannot be observed."""
    declared = observation(name)
    needed = {declared.way} if declared.way else set()
    for mapping in (declared.facts, declared.variable_facts or {}):
        for dependency, optional in mapping.items():
            if not optional:
                needed |= ways_needed(dependency)
    return frozenset(needed)


@cache
def second_round(name: str) -> bool:
    """Whether the fact needs an answer of the second round.

    Raises ValueError where it would need a third: a command whose variables come of a second-round fact.
    """
    declared = observation(name)
    if any(second_round(dependency) for dependency in declared.variable_facts or {}):
        raise ValueError(f"{name}: its variables need a fact of the second round, and there is no third")
    return declared.variables is not None or any(second_round(dependency) for dependency in declared.facts)


def closure(names: Iterable[str], ways: frozenset[str]) -> dict[str, Observation]:
    """The facts named and all that they are made of, as far as the ways in reach."""
    found: dict[str, Observation] = {}
    open_names = list(names)
    while open_names:
        name = open_names.pop()
        if name in found or not ways_needed(name) <= ways:
            continue
        found[name] = observation(name)
        second_round(name)
        open_names += [*found[name].facts, *(found[name].variable_facts or {})]
    return found
