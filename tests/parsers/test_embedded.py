"""Programs for the host's Python: whole, small, without what would end the shell's quoting, and old enough."""

import ast
import importlib
import subprocess
from pathlib import Path

import pytest

from flower_audit.errors import Unobservable
from flower_audit.parsers.embedded import NO_PYTHON, host_program, read_answer
from flower_audit.probe import Output

FACTS = ("broker", "workers", "database", "backup", "logs")


def program_of(fact: str) -> str:
    command: str = importlib.import_module(f"flower_audit.facts.{fact}").PROGRAM
    return command.split(" -c '", 1)[1].rsplit("'", 1)[0]


@pytest.mark.parametrize("fact", FACTS)
def test_a_program_is_valid_for_python_3_7_and_small(fact: str) -> None:
    program = program_of(fact)
    ast.parse(program, feature_version=(3, 7))
    assert "'" not in program
    assert len(program) < 45_000


@pytest.mark.parametrize("fact", FACTS)
def test_modules_of_one_program_do_not_overwrite_each_other(fact: str) -> None:
    tree = ast.parse(program_of(fact))
    names = [
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name != "main"
    ]
    names += [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("fact", FACTS)
def test_a_program_uses_no_name_that_it_lacks(fact: str) -> None:
    import builtins

    tree = ast.parse(program_of(fact))
    known = {*dir(builtins), "__file__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            known.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            known |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            known.add(node.name)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert used - known == set()


OLD = [str(path) for path in sorted(Path.home().glob(".pyenv/versions/3.[789].*/bin/python"))]
OLD += [path for path in ("/usr/bin/python3.7", "/usr/bin/python3.8", "/usr/bin/python3.9") if Path(path).exists()]


@pytest.mark.skipif(not OLD, reason="needs an old Python")
@pytest.mark.parametrize("python", OLD)
def test_a_program_runs_under_an_old_python(python: str, tmp_path: Path) -> None:
    (tmp_path / "flower.db").write_bytes(b"")
    answer = subprocess.run(
        [python, "-I", "-S", "-c", program_of("database"), str(tmp_path / "flower.db"), ""],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"problem": "the file is empty"' in answer.stdout, answer.stderr


def test_a_single_quote_is_refused_where_the_program_is_built() -> None:
    with pytest.raises(ValueError, match="single quote"):
        host_program("logrotate", arguments="", about="a module not written for it")


def test_no_python_on_the_host_is_unobservable() -> None:
    with pytest.raises(Unobservable, match="no /usr/bin/python3"):
        read_answer(Output(rc=0, stdout=NO_PYTHON + "\n"))
    with pytest.raises(Unobservable, match="no whole answer"):
        read_answer(Output(rc=0, stdout='{"cut'))
    with pytest.raises(Unobservable, match="MemoryError"):
        read_answer(Output(rc=1, stdout="", stderr="Traceback\nMemoryError"))
