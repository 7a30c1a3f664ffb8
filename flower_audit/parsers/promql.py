"""PromQL expressions: reading one, and what it selects.  Nothing is asked of a Prometheus here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import promql_parser as ast

LONGEST = 20_000
DEEPEST = 80
MOST_OPERATORS = 250
STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`|#[^\n]*')
OPERATORS = re.compile(r"[-+*/%^<>]|[=!]=|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
PATTERN_LONGEST = 500
VALUE_LONGEST = 200
PATTERN_MOST_REPEATS = 4
REPEATED_GROUP = re.compile(r"[+*}|][^()]*\)[+*{]")
"""Patterns such as `(a+)+`, on which Python's engine may search for ever; RE2 does not."""


class Malformed(ValueError):
    """The text is no PromQL expression."""


class Unpredictable(ValueError):
    """The expression goes beyond what can be worked out without a Prometheus; the message says what."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label matcher; `op` is `=`, `!=`, `=~` or `!~`."""

    name: str
    op: str
    value: str

    def admits(self, value: str) -> bool:
        """Whether a label with this value passes; a label that is not there has the empty value."""
        if self.op in {"=", "!="}:
            return (value == self.value) is (self.op == "=")
        return (_anchored(self.value).fullmatch(value[:VALUE_LONGEST]) is not None) is (self.op == "=~")

    def __str__(self) -> str:
        return f'{self.name}{self.op}"{self.value}"'


@dataclass(frozen=True, slots=True)
class Selector:
    """A selection of series.  Shape: `metric` is empty where the name itself is matched by a pattern."""

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        inside = ",".join(str(matcher) for matcher in self.matchers)
        return f"{self.metric}{{{inside}}}" if inside else self.metric

    @property
    def quoted(self) -> str:
        """As it is written in `match[]`, with values escaped."""
        inside = ",".join(
            f'{matcher.name}{matcher.op}"{matcher.value.translate(_ESCAPES)}"' for matcher in self.matchers
        )
        return f"{self.metric}{{{inside}}}"


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


@cache
def _anchored(pattern: str) -> re.Pattern[str]:
    repeats = len(re.findall(r"(?<!\\)[+*{]", pattern))
    if len(pattern) > PATTERN_LONGEST or repeats > PATTERN_MOST_REPEATS or REPEATED_GROUP.search(pattern):
        raise Unpredictable(f"the pattern {pattern[:60]!r} may take for ever to match")
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise Unpredictable(f"the pattern {pattern[:60]!r} is RE2 that Python does not read") from error


def parse(text: str) -> ast.Expr:
    """Read an expression.

    Raises Malformed, also for a text too long, too deep or of too many operators to be a rule that people wrote: the
    parser is a native one that would end the whole audit where its stack ends.
    """
    bare = STRINGS.sub("", text)
    depth = deepest = 0
    for character in bare:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if len(text) > LONGEST or deepest > DEEPEST or len(OPERATORS.findall(bare)) > MOST_OPERATORS:
        raise Malformed("the expression is longer or deeper than any rule written by people")
    try:
        return ast.parse(text)
    except ValueError as error:
        raise Malformed(str(error).strip().splitlines()[0][:200] if str(error).strip() else "no expression") from error


def selector_of(node: ast.VectorSelector) -> Selector:
    """The selection of a vector selector, however its metric's name is written."""
    if node.matchers.or_matchers:
        raise Unpredictable("`or` inside braces is not PromQL of Prometheus")
    matchers = [
        Matcher(
            item.name,
            {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}[str(item.op).split(".")[1]],
            item.value,
        )
        for item in node.matchers.matchers
    ]
    named = [matcher for matcher in matchers if matcher.name == "__name__" and matcher.op == "="]
    metric = node.name or (named[0].value if named else "")
    return Selector(metric, tuple(matcher for matcher in matchers if matcher not in named))


def children(node: ast.Expr) -> Iterator[ast.Expr]:
    """The expressions right below this one."""
    match node:
        case ast.BinaryExpr():
            yield node.lhs
            yield node.rhs
        case ast.AggregateExpr():
            yield node.expr
            if isinstance(node.param, ast.Expr):
                yield node.param
        case ast.Call():
            yield from node.args
        case ast.MatrixSelector():
            yield node.vector_selector
        case ast.ParenExpr() | ast.UnaryExpr() | ast.SubqueryExpr():
            yield node.expr


def selectors(node: ast.Expr) -> tuple[Selector, ...]:
    """Every selection in the expression, once each, in its order."""
    if isinstance(node, ast.VectorSelector):
        return (selector_of(node),)
    return tuple(dict.fromkeys(found for child in children(node) for found in selectors(child)))


def can_return(node: ast.Expr, alive: Callable[[Selector], bool]) -> bool:
    """Whether the expression could ever return something, when only `alive` selections ever have series.

    `absent(x)` counts as dead where x never had a series: it tells nothing of a change.
    """
    if isinstance(node, ast.VectorSelector):
        return alive(selector_of(node))
    if isinstance(node, ast.BinaryExpr):
        either = str(node.op) == "or"
        left = can_return(node.lhs, alive)
        if str(node.op) == "unless":
            return left
        right = can_return(node.rhs, alive)
        return (left or right) if either else (left and right)
    return all(can_return(child, alive) for child in children(node))
