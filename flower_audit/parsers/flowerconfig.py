"""Read a flowerconfig.py without running it: what its names hold, or why that cannot be known.

The file is Python that belongs to the target, so it is never executed.  Assignments are followed from top to bottom
over literals, `os.getenv` and its kin with the process's own environment, strings put together, and plain methods of
text.  Everything else (calls, imports, loops, undecidable branches) makes the names that it touches Unknown.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from flower_audit.parsers.expression import Environment, Evaluator, NotAValue, Unknown

MAX_REPAIRS = 40
"""How many lines of Python 2 may be passed over before the whole file counts as unreadable."""

HIDDEN = re.compile(r"\b(exec|execfile|globals|locals|vars|setattr|__dict__)\b")
"""Ways to set names without writing them on the left of an equals sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What a name holds in the end: a Python value or Unknown, and the line (from 1) that said so last."""

    value: object
    line: int


@dataclass(slots=True, kw_only=True)
class ConfigFile:
    """What could be read of a configuration file.

    Shape: `names` maps every assigned name to what it holds; `rest` is not empty where names beyond these may be
    assigned too (`from x import *`) and says why; `used` are names and texts that the file itself makes use of;
    `not_python3` is the first line that Python 3 cannot read, else 0.
    """

    names: dict[str, Assigned] = field(default_factory=dict)
    rest: str = ""
    used: frozenset[str] = frozenset()
    not_python3: int = 0

    def get(self, name: str) -> Assigned | None:
        """What a name holds; None where the file leaves it alone."""
        if name in self.names:
            return self.names[name]
        return Assigned(value=Unknown(self.rest), line=0) if self.rest else None


def read_config(text: str, environ: Mapping[str, str], path: str = "flowerconfig.py") -> ConfigFile:
    """Read the text of a configuration file as a process with this environment would have; never raises."""
    config = ConfigFile()
    tree = _parse(text, config)
    if tree is None:
        config.rest = "the file is not Python that can be read"
        return config
    config.used = frozenset(_uses(tree))
    try:
        _Reader(config, Environment(environ), path).block(tree.body)
    except RecursionError:
        return ConfigFile(rest="the file is nested too deeply to follow", not_python3=config.not_python3)
    return config


def _parse(text: str, config: ConfigFile) -> ast.Module | None:
    """The syntax tree, passing over lines that only Python 2 understands; None where that does not help."""
    text = text.removeprefix("\ufeff")
    for _ in range(MAX_REPAIRS):
        try:
            return ast.parse(text)
        except SyntaxError as error:
            line = error.lineno or 0
            config.not_python3 = config.not_python3 or line
            repaired = _pass_over(text, line)
            if repaired == text:
                return None
            text = repaired
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _pass_over(text: str, number: int) -> str:
    lines = text.split("\n")
    if not 1 <= number <= len(lines):
        return text
    line = lines[number - 1]
    indent = line[: len(line) - len(line.lstrip())]
    caught = re.fullmatch(r"\s*except\s+([\w.() ,]+?)\s*,\s*(\w+)\s*:(.*)", line)
    assigned = re.match(r"\s*([A-Za-z_]\w*)\s*=(?!=)", line)
    if caught:
        lines[number - 1] = f"{indent}except {caught[1]} as {caught[2]}:{caught[3]}"
    elif assigned:
        lines[number - 1] = f"{indent}{assigned[1]} = not_python_3()"
    else:
        lines[number - 1] = f"{indent}pass"
    return "\n".join(lines)


class _Reader:
    """Follows statements from top to bottom.  What the evaluator cannot follow becomes Unknown."""

    def __init__(self, config: ConfigFile, environment: Environment, path: str) -> None:
        self.config = config
        self.environment = environment
        self.evaluator = Evaluator(self._value_of, environment, path)

    def _value_of(self, name: str) -> object:
        assigned = self.config.get(name)
        return assigned.value if assigned else Unknown(f"the name {name} comes from outside the file")

    def assign(self, name: str, value: object, line: int) -> None:
        self.config.names[name] = Assigned(value=value, line=line)

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            handle: Callable[[ast.stmt], None] = getattr(self, f"_{type(statement).__name__}", self._other)
            handle(statement)

    def _Assign(self, statement: ast.Assign) -> None:  # noqa: N802 - named after the node, as in ast.NodeVisitor
        value = self.evaluator.evaluate(statement.value)
        for target in statement.targets:
            self._bind(target, value)

    def _AnnAssign(self, statement: ast.AnnAssign) -> None:  # noqa: N802 - as above
        if statement.value is not None:
            self._bind(statement.target, self.evaluator.evaluate(statement.value))

    def _AugAssign(self, statement: ast.AugAssign) -> None:  # noqa: N802 - as above
        if isinstance(statement.target, ast.Name):
            current = ast.Name(statement.target.id, ast.Load())
            value = self.evaluator.evaluate(ast.BinOp(current, statement.op, statement.value))
            self.assign(statement.target.id, value, statement.lineno)
        else:
            self._forget(statement, "it is changed in place")

    def _hidden(self, reason: str) -> None:
        """Any name may have been set from here on, and those that are known may have changed."""
        self.config.rest = self.config.rest or reason
        self.config.names = {
            name: Assigned(value=Unknown(reason), line=held.line) for name, held in self.config.names.items()
        }

    def _bind(self, target: ast.expr, value: object) -> None:
        if isinstance(target, ast.Name):
            self.assign(target.id, value, target.lineno)
        elif isinstance(target, ast.Tuple | ast.List) and not any(isinstance(e, ast.Starred) for e in target.elts):
            fits = isinstance(value, tuple | list) and len(value) == len(target.elts)
            parts = list(value) if isinstance(value, tuple | list) and fits else []
            for index, element in enumerate(target.elts):
                self._bind(element, parts[index] if fits else Unknown("it is unpacked from something unknown"))
        elif isinstance(target, ast.Subscript) and ast.unparse(target.value) in {"os.environ", "environ"}:
            self.environment.assign(self.evaluator.evaluate(target.slice), value)
        elif HIDDEN.search(ast.unparse(target)):
            self._hidden(f"{ast.unparse(target)[:40]} may set it")
        else:
            self._forget(target, "it is changed in place")

    def _If(self, statement: ast.If) -> None:  # noqa: N802 - as above
        test = self.evaluator.evaluate(statement.test)
        if isinstance(test, Unknown):
            self._either(statement, [statement.body, statement.orelse], f"it depends on a condition ({test.reason})")
        else:
            self.block(statement.body if test else statement.orelse)

    def _either(self, statement: ast.stmt, branches: list[list[ast.stmt]], reason: str) -> None:
        """Follow each branch alone; what they agree on is known, the rest is not."""
        before, rest = dict(self.config.names), self.config.rest
        outcomes = []
        for branch in branches:
            self.config.names = dict(before)
            self.environment.blur()
            self.block(branch)
            outcomes.append(self.config.names)
            rest = rest or self.config.rest
        self.config.names, self.config.rest = before, rest
        for name in {name for outcome in outcomes for name in outcome}:
            held = [outcome[name].value if name in outcome else None for outcome in outcomes]
            everywhere = all(name in outcome for outcome in outcomes)
            if everywhere and all(type(value) is type(held[0]) and value == held[0] for value in held):
                self.config.names[name] = outcomes[0][name]
            else:
                self.assign(name, Unknown(reason), statement.lineno)

    def _Try(self, statement: ast.Try) -> None:  # noqa: N802 - as above
        handlers = [handler.body for handler in statement.handlers]
        body = statement.body + statement.orelse
        if handlers and any(_may_fail(part) for part in statement.body):
            self._either(statement, [body, *handlers], "it depends on whether something fails")
        else:
            self.block(body)
        self.block(statement.finalbody)

    def _Import(self, statement: ast.Import) -> None:  # noqa: N802 - as above
        for alias in statement.names:
            name = (alias.asname or alias.name).partition(".")[0]
            self.assign(name, NotAValue(f"{name} is a module"), statement.lineno)
            self.evaluator.modules[name] = alias.name if alias.asname else name

    def _ImportFrom(self, statement: ast.ImportFrom) -> None:  # noqa: N802 - as above
        module = statement.module or "."
        for alias in statement.names:
            if alias.name == "*":
                self._star(module)
                continue
            name = alias.asname or alias.name
            self.assign(name, Unknown(f"it is imported from {module}"), statement.lineno)
            self.evaluator.modules[name] = f"{module}.{alias.name}"

    def _star(self, module: str) -> None:
        if module in {"os", "os.path", "sys", "typing", "__future__"}:
            return
        self._hidden(f"`from {module} import *` may set it")

    def _FunctionDef(self, statement: ast.FunctionDef) -> None:  # noqa: N802 - as above
        self.assign(statement.name, NotAValue("it is a function"), statement.lineno)
        self.evaluator.modules.pop(statement.name, None)
        for part in (part for part in ast.walk(statement) if isinstance(part, ast.Global)):
            for name in part.names:
                self.assign(name, Unknown(f"the function {statement.name} may set it"), part.lineno)

    def _Expr(self, statement: ast.Expr) -> None:  # noqa: N802 - as above
        if isinstance(statement.value, ast.Constant):
            return
        called = statement.value.func if isinstance(statement.value, ast.Call) else None
        name = self.evaluator.full_name(called) if called is not None else ""
        if HIDDEN.search(ast.unparse(statement)):
            self._hidden(f"{ast.unparse(statement)[:40]} may set it")
        elif name.endswith("load_dotenv"):
            self.environment.open("load_dotenv() may set it", overriding=bool(ast.unparse(statement).count("override")))
        elif name in {"os.environ.setdefault", "environ.setdefault"} and isinstance(statement.value, ast.Call):
            given = [self.evaluator.evaluate(argument) for argument in statement.value.args]
            self.environment.assign(*given, default=True) if len(given) == 2 else self.environment.blur()
        else:
            self._forget(statement, "something is called on it")

    def _Pass(self, statement: ast.stmt) -> None:  # noqa: N802 - as above
        """Nothing happens."""

    def _Delete(self, statement: ast.Delete) -> None:  # noqa: N802 - as above
        for target in statement.targets:
            if isinstance(target, ast.Name):
                self.config.names.pop(target.id, None)
            else:
                self._forget(target, "it is changed in place")

    def _other(self, statement: ast.stmt) -> None:
        self._forget(statement, f"it is set inside a `{type(statement).__name__.lower()}`")

    def _forget(self, node: ast.stmt | ast.expr, reason: str) -> None:
        """Make every name that stands in `node` Unknown, where it held a mutable value or is assigned to."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                self.assign(part.id, Unknown(reason), part.lineno)
            elif isinstance(part, ast.Name) and part.id in self.config.names:
                held = self.config.names[part.id]
                if isinstance(held.value, list | dict):
                    self.assign(part.id, Unknown(reason), held.line)


def _uses(tree: ast.Module) -> Iterator[str]:
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _may_fail(statement: ast.stmt) -> bool:
    return not isinstance(statement, ast.Pass) and any(
        isinstance(part, ast.Call | ast.Subscript | ast.Import | ast.ImportFrom | ast.Raise | ast.Attribute | ast.Name)
        for part in ast.walk(statement)
        if not (isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
    )
