"""Programs that run on the audited host: the source of modules of this package as one shell command.

Some things cannot be read with shell tools: a broker's answer to a password that must not appear in any argv, the keys
of a database, the inside of an archive.  The host's own /usr/bin/python3 reads them, isolated (`-I -S`: no site
packages, no environment, no current directory), from a program given on its command line, so nothing is written.
"""

import ast
import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from flower_audit.errors import Unobservable
from flower_audit.probe import Output

NO_PYTHON = "no-python3"
"""What the command prints where the host has no Python of its own."""


def host_program(*modules: str, arguments: str, about: str) -> str:
    """The shell command that runs `main(arguments)` of the last module, with the modules before it.

    Shape: `modules` are names in flower_audit.parsers, each before those that import it; `arguments` is shell text such
    as `"$pid"`; `about` is a sentence for people who read the command in the report.
    Raises ValueError where a module holds a single quote, which would end the shell's quoting.
    """
    sources = [_bare_source(module) for module in modules]
    program = "\n".join(["from __future__ import annotations", "import sys", *sources, "main(sys.argv[1:])"])
    if "'" in program:
        line = next(line for line in program.splitlines() if "'" in line)
        raise ValueError(
            f"write \\x27 for the single quote in {line.strip()!r}: the program stands between two of them"
        )
    return (
        f"# {about}\n"
        f'for python in /usr/bin/python3 /usr/libexec/platform-python; do [ -x "$python" ] && break; done\n'
        f'[ -x "$python" ] || {{ echo {NO_PYTHON}; exit 0; }}\n'
        f"exec \"$python\" -I -S -c '{program}' {arguments}"
    )


def read_answer(out: Output) -> Any:
    """The JSON that such a program printed.  Unobservable: no python3 on the host, or the program failed."""
    if out.stdout.strip() == NO_PYTHON:
        raise Unobservable("the host has no /usr/bin/python3, which reads this without writing anything")
    try:
        return json.loads(out.succeeded())
    except ValueError as error:
        raise Unobservable("the program on the host gave no whole answer") from error


@cache
def _bare_source(module: str) -> str:
    """The source of a module without docstrings, comments, blank lines and imports of this package."""
    spec = importlib.util.find_spec(f"flower_audit.parsers.{module}")
    if spec is None or spec.origin is None:
        raise ValueError(f"flower_audit.parsers has no module {module}")
    source = Path(spec.origin).read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and _is_left_out(node):
            last = node.end_lineno or node.lineno
            indent = " " * node.col_offset
            lines[node.lineno - 1 : last] = [f"{indent}pass" if indent else ""] + [""] * (last - node.lineno)
    code = [line.partition("  # ")[0] for line in lines]
    return "\n".join(line for line in code if line.strip() and not line.lstrip().startswith("#"))


def _is_left_out(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return str(node.module).partition(".")[0] in {"flower_audit", "__future__"}
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
