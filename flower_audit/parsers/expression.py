"""The value of a Python expression, worked out without running Python: text and numbers in, text and numbers out.

What cannot be known is Unknown, with the reason.  Work and sizes are bounded, because the text comes from the target.
"""

import ast
import operator
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_STEPS = 20_000
MAX_LENGTH = 4_096


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known, and why."""

    reason: str


class NotAValue(Unknown):
    """Known to be no text, number or list: a module or a function."""


class _Cannot(Exception):
    """The expression cannot be followed; the message says why."""


class Environment:
    """The variables of the process, with what the file itself does to them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._known: dict[str, object] = dict(environ)
        self._missing: object = None
        self._overridden: object = None

    def get(self, name: str) -> object:
        """The text of a variable, None where it is not set, Unknown where that cannot be told."""
        if self._overridden is not None:
            return self._overridden
        return self._known.get(name, self._missing)

    def assign(self, name: object, value: object, *, default: bool = False) -> None:
        """Follow `os.environ[name] = value`, or with `default` only where it was not set."""
        if not isinstance(name, str):
            self.blur()
        elif not default or self.get(name) is None:
            self._known[name] = value

    def open(self, reason: str, *, overriding: bool) -> None:
        """Variables that are not set may come from elsewhere (a .env file); with `overriding`, the others too."""
        self._missing = Unknown(reason)
        if overriding:
            self._overridden = Unknown(reason)

    def blur(self) -> None:
        """Nothing is known of variables that the file itself has set."""


UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise _Cannot("a path is relative to the directory the process was started in")
    return posixpath.normpath(path)


METHODS = frozenset(
    {
        "endswith",
        "format",
        "isdigit",
        "join",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
    }
)
CALLS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "len": len,
    "os.path.join": posixpath.join,
    "os.path.dirname": posixpath.dirname,
    "os.path.abspath": _absolute,
    "os.path.realpath": _absolute,
    "os.path.basename": posixpath.basename,
}
CONSTANTS: dict[str, object] = {"os.sep": "/", "os.linesep": "\n"}
READS = frozenset({"os.getenv", "os.environ.get", "environ.get", "getenv"})


class Evaluator:
    """Works out expressions.

    Shape: `value_of` gives what a plain name holds; `modules` maps imported names to what they stand for.
    """

    def __init__(self, value_of: Callable[[str], object], environment: Environment, path: str) -> None:
        self._value_of = value_of
        self._environment = environment
        self._path = path
        self._locals: dict[str, object] = {}
        self._steps = 0
        self.modules: dict[str, str] = {}

    def evaluate(self, node: ast.expr) -> object:
        """The value of an expression, or Unknown."""
        try:
            return self._visit(node)
        except _Cannot as error:
            return Unknown(str(error))
        except RecursionError:
            return Unknown("the expression is nested too deeply")
        except (TypeError, ValueError, KeyError, IndexError, ArithmeticError, AttributeError):
            return Unknown("the expression would fail")

    def full_name(self, node: ast.expr) -> str:
        """The dotted name of what is called, with imports followed: `getenv` imported from os is `os.getenv`."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        names.append(self.modules.get(node.id, node.id))
        return ".".join(reversed(names))

    def _visit(self, node: ast.expr) -> Any:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _Cannot("the file takes too much work to follow")
        visit: Callable[[Any], object] | None = getattr(self, f"_{type(node).__name__}", None)
        if visit is None:
            raise _Cannot(f"an expression of kind {type(node).__name__} is not followed")
        value = visit(node)
        if isinstance(value, Unknown):
            raise _Cannot(value.reason)
        if isinstance(value, str | list | tuple | dict) and len(value) > MAX_LENGTH:
            raise _Cannot("the value is too long")
        return value

    def _Constant(self, node: ast.Constant) -> object:  # noqa: N802 - named after the node, as in ast.NodeVisitor
        if isinstance(node.value, bytes):
            return node.value.decode("utf-8", "replace")
        return node.value

    def _Name(self, node: ast.Name) -> object:  # noqa: N802 - as above
        if node.id in self._locals:
            return self._locals[node.id]
        return self._path if node.id == "__file__" else self._value_of(node.id)

    def _List(self, node: ast.List) -> object:  # noqa: N802 - as above
        return [self._visit(element) for element in node.elts]

    def _Tuple(self, node: ast.Tuple) -> object:  # noqa: N802 - as above
        return tuple(self._visit(element) for element in node.elts)

    def _Dict(self, node: ast.Dict) -> object:  # noqa: N802 - as above
        if any(key is None for key in node.keys):
            raise _Cannot("a dictionary is merged into another")
        keys = [self._visit(key) for key in node.keys if key is not None]
        return dict(zip(keys, [self._visit(value) for value in node.values], strict=True))

    def _JoinedStr(self, node: ast.JoinedStr) -> object:  # noqa: N802 - as above
        return "".join(str(self._visit(part)) for part in node.values)

    def _FormattedValue(self, node: ast.FormattedValue) -> object:  # noqa: N802 - as above
        if node.format_spec is not None or node.conversion not in {-1, ord("s")}:
            raise _Cannot("a format specification is not followed")
        return str(self._visit(node.value))

    def _UnaryOp(self, node: ast.UnaryOp) -> object:  # noqa: N802 - as above
        if type(node.op) not in UNARY:
            raise _Cannot("an operator is not followed")
        return UNARY[type(node.op)](self._visit(node.operand))

    def _BinOp(self, node: ast.BinOp) -> object:  # noqa: N802 - as above
        left, right = self._visit(node.left), self._visit(node.right)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            if re.search(r"%(?![sd%])", left):
                raise _Cannot("a format specification is not followed")
            return left % right
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if isinstance(node.op, ast.Mult) and numbers and max(abs(left), abs(right)) < 2**64:
            return left * right
        if type(node.op) not in BINARY:
            raise _Cannot("an operator is not followed")
        return BINARY[type(node.op)](left, right)

    def _BoolOp(self, node: ast.BoolOp) -> object:  # noqa: N802 - as above
        value: object = None
        for part in node.values:
            value = self._visit(part)
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value

    def _Compare(self, node: ast.Compare) -> object:  # noqa: N802 - as above
        left = self._visit(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._visit(comparator)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _IfExp(self, node: ast.IfExp) -> object:  # noqa: N802 - as above
        return self._visit(node.body if self._visit(node.test) else node.orelse)

    def _ListComp(self, node: ast.ListComp) -> object:  # noqa: N802 - as above
        generator = node.generators[0]
        if len(node.generators) > 1 or not isinstance(generator.target, ast.Name) or generator.is_async:
            raise _Cannot("a comprehension of several parts is not followed")
        outer, found = dict(self._locals), []
        try:
            for element in self._visit(generator.iter):
                self._locals = outer | {generator.target.id: element}
                if all(self._visit(test) for test in generator.ifs):
                    found.append(self._visit(node.elt))
        finally:
            self._locals = outer
        return found

    _GeneratorExp = _ListComp

    def _Subscript(self, node: ast.Subscript) -> object:  # noqa: N802 - as above
        if self.full_name(node.value) == "os.environ":
            value = self._environment.get(self._visit(node.slice))
            if value is None:
                raise _Cannot("a variable that it needs is not set")
            return value
        if isinstance(node.slice, ast.Slice):
            bounds = [None if part is None else self._visit(part) for part in (node.slice.lower, node.slice.upper)]
            if node.slice.step is not None:
                raise _Cannot("a slice with a step is not followed")
            return self._visit(node.value)[bounds[0] : bounds[1]]
        return self._visit(node.value)[self._visit(node.slice)]

    def _Attribute(self, node: ast.Attribute) -> object:  # noqa: N802 - as above
        name = self.full_name(node)
        if name in CONSTANTS:
            return CONSTANTS[name]
        raise _Cannot(f"{name or 'an attribute'} is not known without running the file")

    def _Call(self, node: ast.Call) -> object:  # noqa: N802 - as above
        name = self.full_name(node.func)
        if name in READS:
            return self._read(node)
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and name.partition(".")[0] != "os":
            return self._method(node.func, node.args, keywords)
        if name in CALLS and not keywords and not any(isinstance(part, ast.Starred) for part in node.args):
            return CALLS[name](*[self._visit(part) for part in node.args])
        raise _Cannot(f"{name or 'something'}() is called")

    def _read(self, node: ast.Call) -> object:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        found = self._environment.get(self._visit(given[0]))
        return self._visit(given[1]) if found is None and len(given) > 1 else found

    def _method(self, function: ast.Attribute, args: list[ast.expr], keywords: dict[str | None, ast.expr]) -> object:
        subject = self._visit(function.value)
        if not isinstance(subject, str):
            raise _Cannot(f"{function.attr}() is called")
        given = [self._visit(part) for part in args]
        named = {name: self._visit(value) for name, value in keywords.items() if name is not None}
        if function.attr == "format" and re.search(r"\{[^{}]*[^\w{}][^{}]*\}", subject):
            raise _Cannot("a format specification is not followed")
        return getattr(subject, function.attr)(*given, **named)
