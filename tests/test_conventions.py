"""What can be held of the architecture by reading the code."""

import ast
import dataclasses
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import flower_audit
from flower_audit.catalogue import check_files
from flower_audit.check import Check, check_of
from flower_audit.guide import CHECKLIST, TROUBLESHOOTING
from flower_audit.observations import observation, second_round, ways_needed
from flower_audit.policy import Policy

ROOT = Path(__file__).parent.parent
PACKAGE = Path(flower_audit.__file__).parent
FACTS = sorted(path.stem for path in (PACKAGE / "facts").glob("*.py") if path.stem != "__init__")

LAYERS = {
    **dict.fromkeys(("__init__", "errors", "model", "target", "policy", "guide"), 0),
    **dict.fromkeys(
        (
            "probe",
            "check",
            "redact",
            "parsers",
            "http_client",
            "http_messages",
            "json_api",
            "prometheus_connection",
            "trust",
            "client_hello",
            "visit",
            "script",
            "inside",
            "connection",
        ),
        1,
    ),
    **dict.fromkeys(("facts", "checks"), 2),
    **dict.fromkeys(("report", "gather", "observations", "configuration", "catalogue", "baseline", "waivers"), 3),
    **dict.fromkeys(("items", "recorder", "resolve", "asked", "audit", "plugin"), 4),
    **dict.fromkeys(("cli", "demo"), 5),
}
"""The layer of each module of the package; one imports its own and lower ones only."""

ALLOWED_UPWARDS = {("asked", "demo")}
"""Imported inside a function, when `--flower-host=demo` was given."""


def checks() -> Iterator[tuple[Path, ast.FunctionDef, Check]]:
    for path in check_files():
        module = importlib.import_module(f"flower_audit.checks.{path.stem}")
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and (found := check_of(getattr(module, node.name, None))):
                yield path, node, found


CHECKS = list(checks())


def test_there_are_checks_and_facts() -> None:
    assert len(CHECKS) >= 50
    assert len(FACTS) >= 20


def test_ids_are_unique() -> None:
    assert [one for one, count in Counter(check.id for _, _, check in CHECKS).items() if count > 1] == []


@pytest.mark.parametrize("line", [*CHECKLIST, *TROUBLESHOOTING])
def test_every_line_of_the_guide_is_answered(line: str) -> None:
    assert [check.id for _, _, check in CHECKS if line in check.covers], f"no check covers {line!r}"


@pytest.mark.parametrize(("path", "node", "check"), CHECKS, ids=[check.id for _, _, check in CHECKS])
def test_a_check_asserts_and_nothing_else(path: Path, node: ast.FunctionDef, check: Check) -> None:
    asserts = [one for one in ast.walk(node) if isinstance(one, ast.Assert)]
    assert asserts, "a check that asserts nothing passes always"
    for one in asserts:
        assert one.msg is not None, f"line {one.lineno}: an assert without a Finding says nothing to its reader"
    loops = [one for one in ast.walk(node) if isinstance(one, ast.For | ast.While | ast.Try | ast.With)]
    assert not loops, "a loop belongs into the fact, where an empty one is noticed"
    body = node.body[1:]
    assert body[-1].end_lineno is not None
    assert body[-1].end_lineno - body[0].lineno < 30
    assert "PYTEST_DONT_REWRITE" in path.read_text()


@pytest.mark.parametrize(("path", "node", "check"), CHECKS, ids=[check.id for _, _, check in CHECKS])
def test_a_check_names_facts_that_exist(path: Path, node: ast.FunctionDef, check: Check) -> None:
    names = set(check.facts) - {"policy", "target"}
    assert names, "a check without facts looks at nothing"
    for name in names:
        ways_needed(name)
        second_round(name)


@pytest.mark.parametrize(("path", "node", "check"), CHECKS, ids=[check.id for _, _, check in CHECKS])
def test_each_check_is_tested_both_ways(path: Path, node: ast.FunctionDef, check: Check) -> None:
    tests = ROOT / "tests" / "checks" / path.name
    assert tests.exists(), f"{path.name} has no tests"
    text = tests.read_text()
    uses = len(re.findall(rf"\b{node.name}\b", text)) + len(re.findall(re.escape(f'"{check.id}"'), text))
    assert uses >= 2, f"{check.id} needs one accepted and one rejected fact at least"


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_frozen_and_documented(name: str) -> None:
    declared = observation(name)
    assert inspect.getdoc(declared.provider), f"{name} says nothing"
    module = importlib.import_module(f"flower_audit.facts.{name}")
    own = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]
    for one in own:
        if dataclasses.is_dataclass(one):
            assert one.__dataclass_params__.frozen, f"{one.__name__} is not frozen"
            assert "__slots__" in vars(one), f"{one.__name__} has no slots"


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_read_from_a_command_is_recorded_twice_or_tested(name: str) -> None:
    recordings = list((ROOT / "tests" / "facts" / name).glob("*.json"))
    tests = [ROOT / "tests" / folder / f"test_{name}.py" for folder in ("facts", "monitoring")]
    assert len(recordings) >= 2 or any(one.exists() for one in tests), f"{name}: neither two recordings nor a test"


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "checks").glob("*.py")]:
        inside = path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else Path("checks", path.name)
        yield inside.parts[0].removesuffix(".py"), ast.parse(path.read_text())


def test_no_layer_imports_a_higher_one() -> None:
    wrong = []
    for own, tree in modules():
        for node in ast.walk(tree):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = (
                    [node.module] if node.module != "flower_audit" else [f"flower_audit.{a.name}" for a in node.names]
                )
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if not name.startswith("flower_audit."):
                    continue
                other = name.split(".")[1]
                if LAYERS.get(other, 0) > LAYERS[own] and (own, other) not in ALLOWED_UPWARDS:
                    wrong.append(f"{own} imports {name}")
    assert wrong == []


def test_the_policy_explains_itself_in_numbers() -> None:
    for name, value in Policy().model_dump().items():
        assert isinstance(value, int | float | str), name


def test_an_unrelated_pytest_run_imports_nothing_heavy() -> None:
    imported = set()
    for node in ast.walk(ast.parse((PACKAGE / "plugin.py").read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    assert imported == {"__future__", "pytest", "flower_audit.audit"}
