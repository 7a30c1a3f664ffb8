"""All published checks in one table, with what each needs: for the command, the documentation and the waivers."""

import re
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from flower_audit import observations as declared
from flower_audit.check import Check, check_of
from flower_audit.guide import CHECKLIST, CONFIGURATION, SECTIONS, TROUBLESHOOTING
from flower_audit.probe import SUPPLIED, Observation, Privilege
from flower_audit.target import WAYS

PUBLISHED_AS = re.compile(r'^@check\(\s*"([^"]+)"', re.MULTILINE)


def check_files() -> list[Path]:
    """The files of the checks that come with the package."""
    return sorted(
        Path(str(entry)) for entry in files("flower_audit.checks").iterdir() if entry.name.startswith("test_")
    )


@cache
def published() -> tuple[Check, ...]:
    """Every check of the package, by id.  Raises ValueError where two have the same id."""
    found: dict[str, Check] = {}
    for path in check_files():
        for value in vars(import_module(f"flower_audit.checks.{path.stem}")).values():
            check = check_of(value)
            if check is None:
                continue
            if found.setdefault(check.id, check) is not check:
                raise ValueError(f"two checks have the id {check.id}")
    return tuple(found[check_id] for check_id in sorted(found))


def ids() -> frozenset[str]:
    """The ids of all checks, read without importing them, so that a broken file of checks costs only its own."""
    return frozenset(one for path in check_files() for one in PUBLISHED_AS.findall(path.read_text(encoding="utf-8")))


def areas() -> tuple[str, ...]:
    """The first halves of the ids, in order."""
    return tuple(dict.fromkeys(check.area for check in published()))


def guide_map() -> dict[str, dict[str, tuple[str, ...]]]:
    """The ids that answer for each line of the guide, by the part of it that the line stands in."""
    checks = published()

    def covering(lines: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        return {line: tuple(one.id for one in checks if line in one.covers) for line in lines}

    return {
        "The production checklist": covering(CHECKLIST),
        "Troubleshooting": covering(TROUBLESHOOTING),
        "Configuration": dict(CONFIGURATION),
        "The chapters": {line: tuple(one.id for one in checks if one.section == line) for line in SECTIONS},
    }


def ways_needed(check: Check) -> frozenset[str]:
    """The ways in without which the check is not run."""
    return frozenset().union(*(declared.ways_needed(name) for name in _required(check)))


def ways_found(check: Check) -> frozenset[str]:
    """The ways in that are used where they were given, and looked for on the host where not."""
    return (frozenset(one.name for one in observations(check)) & frozenset(WAYS)) - ways_needed(check)


def privilege_needed(check: Check) -> Privilege:
    """As whom the host must be looked at: `nothing` special, the `owner` of the process, or `root`."""
    needs = {one.needs for one in observations(check)}
    return "root" if "root" in needs else "owner" if "owner" in needs else "nothing"


def observations(check: Check) -> tuple[Observation, ...]:
    """All that is observed for the check: its required facts, and those that they are made of."""
    found: dict[str, Observation] = {}
    open_names = list(_required(check))
    while open_names:
        name = open_names.pop(0)
        if name not in found:
            found[name] = declared.observation(name)
            for needed in (found[name].facts, found[name].variable_facts or {}):
                open_names += [one for one, optional in needed.items() if not optional]
    return tuple(found.values())


def _required(check: Check) -> tuple[str, ...]:
    return tuple(name for name, optional in check.facts.items() if not optional and name not in SUPPLIED)
